"""Runs 02_own_data on files written by NumPy and by hand, and compares with the same computation in NumPy.

Called as: own_data.py PROGRAM. Prints TAP.
"""
import math
import os
import pty
import random
import struct
import subprocess
import sys
import tempfile
import traceback

try:
    import numpy as np
except ImportError:
    print("1..0 # SKIP NumPy is not installed")
    sys.exit(0)

PROGRAM = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory(prefix="own_data")
SEED = 20250714
TESTS = []



class Skip(Exception):
    """What a test needs is not there."""


def test(function):
    TESTS.append(function)
    return function


# --- running the program --------------------------------------------------------------------------------------------

def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="backslashreplace", timeout=120, **options)


def results(*arguments, **options):
    """{quantity: (value, standard error or None)} of a run that must succeed."""
    done = run(*arguments, **options)
    assert done.returncode == 0, f"{arguments}: exit status {done.returncode}, {done.stderr}"
    lines = done.stdout.splitlines()
    assert lines[0] == "quantity,value,standard_error", lines[0]
    rows = [line.split(",") for line in lines[1:]]
    assert all(len(row) == 3 for row in rows), lines
    return {name: (float(value), float(error) if error else None) for name, value, error in rows}


def fails(arguments, *texts, status=1):
    """A run that must fail by itself, without output, and say all of `texts` in one line."""
    done = run("--quiet", *arguments)
    assert done.returncode == status, f"{arguments}: exit status {done.returncode}, {done.stderr}"
    assert done.stdout == "", done.stdout
    assert status != 1 or done.stderr.count("\n") == 1, done.stderr
    for text in texts:
        assert str(text) in done.stderr, f"{text!r} is not in {done.stderr!r}"


def path(name):
    return os.path.join(FOLDER.name, name)


def put(name, content):
    with open(path(name), "wb") as file:
        file.write(content)
    return path(name)


def get(name):
    with open(path(name), "rb") as file:
        return file.read()


def save(name, array):
    np.save(path(name), array)
    return path(name)


# --- a second writer of .npy files, which shares nothing with NumPy's -----------------------------------------------

def pack(array, code):
    """The elements in C order; code is struct's, such as '<d'."""
    values = np.asarray(array, dtype=float).flatten().tolist()
    return struct.pack(f"{code[0]}{len(values)}{code[1]}", *values)


def npy(header, data, version=1, minor=0, align=64):
    text = header.encode("latin1")
    length_format = "<H" if version == 1 else "<I"
    start = 8 + struct.calcsize(length_format)
    text += b" " * (-(start + len(text) + 1) % align) + b"\n"
    return b"\x93NUMPY" + bytes([version, minor]) + struct.pack(length_format, len(text)) + text + data


def header_of(array, descr="<f8"):
    return f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {array.shape}, }}"


# --- the same computation in NumPy ----------------------------------------------------------------------------------

def draw(d=6, l=12, n=400, rho=0.1, k=None, seed=SEED):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, l + 1, d)) / math.sqrt(d)
    tasks = generator.normal(size=(n if k is None else k, d))
    task = np.arange(n) if k is None else generator.integers(k, size=n)
    y = np.einsum("mid,md->mi", x, tasks[task]) + math.sqrt(rho) * generator.normal(size=(n, l + 1))
    return x, y


def design(x, y):
    """Rows vec(q h'), so that predictions are linear in vec(Gamma)."""
    l, d = x.shape[1] - 1, x.shape[2]
    context = np.concatenate([d / l * np.einsum("mi,mid->md", y[:, :-1], x[:, :-1]),
                              np.mean(y[:, :-1] ** 2, axis=1, keepdims=True)], axis=1)
    return np.einsum("ma,mb->mab", x[:, -1], context).reshape(len(x), -1), y[:, -1]


def reference(x, y, n_train, lam):
    features, target = design(x, y)
    d = x.shape[2]
    fit, aim = features[:n_train], target[:n_train]
    if lam > 0:
        gamma = np.linalg.solve(fit.T @ fit + n_train / d * lam * np.eye(fit.shape[1]), fit.T @ aim)
    else:
        gamma = np.linalg.lstsq(fit, aim, rcond=None)[0]
    test_loss = (target[n_train:] - features[n_train:] @ gamma) ** 2
    null_loss = target[n_train:] ** 2
    return {"training_error": (np.mean((aim - fit @ gamma) ** 2), None),
            "test_error": (np.mean(test_loss), np.std(test_loss, ddof=1) / math.sqrt(len(test_loss))),
            "null_error": (np.mean(null_loss), np.std(null_loss, ddof=1) / math.sqrt(len(null_loss)))}


def agree(found, expected):
    """Conjugate gradients end at a relative residual of 1e-8, and the errors follow Gamma; the theory needs no fit."""
    assert found.keys() == expected.keys(), f"{found.keys()} instead of {expected.keys()}"
    for name, pair in expected.items():
        relative = 1e-9 if name.startswith("theory") else 1e-7
        for one, other in zip(found[name], pair):
            assert (one is None) == (other is None), f"{name}: {found[name]} instead of {pair}"
            if one is not None:
                assert math.isclose(one, other, rel_tol=relative), f"{name}: {one!r} instead of {other!r}"


def theory(tau, alpha, kappa, rho, lam):
    """IDG and ICL from the equations as published: xi by bisection, traces from M and its derivative."""
    q = (1 + rho) / alpha

    def stieltjes(nu):  # (1/d) tr (R + nu)^-1 for R = (1/k) sum w w'
        if kappa == math.inf:
            return 1 / (1 + nu)
        b = nu + 1 - 1 / kappa
        return 2 / (b + math.sqrt(b * b + 4 * nu / kappa))

    low, high = 1e-12, 1e6
    for _ in range(200):
        xi = math.sqrt(low * high)
        if xi * stieltjes(q + xi) > 1 - tau + tau * lam / xi:
            high = xi
        else:
            low = xi
    nu = q + xi
    m1 = stieltjes(nu)
    if kappa == math.inf:
        m2 = m1 * m1
    else:  # derivative of nu M^2/kappa + (nu + 1 - 1/kappa) M - 1 = 0, negated
        m2 = (m1 * m1 / kappa + m1) / (2 * nu * m1 / kappa + nu + 1 - 1 / kappa)
    t1, r2 = m1 - nu * m2, 1 - 2 * nu * m1 + nu * nu * m2
    residual = lam / xi + xi / tau * (t1 + q * m2)
    idg = (rho + nu * nu * t1 + q * r2) / residual
    icl = rho + nu * nu * m2 + q * r2 + idg / tau * (1 + q) * (t1 + q * m2)
    return idg, icl


# --- the numbers ----------------------------------------------------------------------------------------------------

X, Y = draw()


@test
def defaults_equal_numpy():
    agree(results(save("x.npy", X), save("y.npy", Y)), reference(X, Y, 320, 1e-5))


@test
def other_ridges_and_parts_equal_numpy():
    x, y = save("x.npy", X), save("y.npy", Y)
    # 20 training rows for 42 unknowns, too; 0.4987 * 400 = 199.48 and 0.4988 * 400 = 199.52 round apart.
    for train, n_train in ((0.8, 320), (0.05, 20), (0.4987, 199), (0.4988, 200), (0.995, 398), (0.0025, 1)):
        for lam in (1e-3, 2.5):
            agree(results("--train", train, f"--lambda={lam}", x, y), reference(X, Y, n_train, lam))


@test
def no_ridge_equals_least_squares():
    x, y = save("x.npy", X), save("y.npy", Y)
    agree(results(x, y, "--lambda", "0"), reference(X, Y, 320, 0))
    found, expected = results(x, y, "--lambda", "0", "--train", "0.05"), reference(X, Y, 20, 0)
    assert found.pop("training_error")[0] < 1e-20  # it interpolates
    del expected["training_error"]
    agree(found, expected)


@test
def several_chunks_equal_numpy():
    x, y = draw(l=60, n=4000)  # 12 MB
    agree(results(save("x.npy", x), save("y.npy", y)), reference(x, y, 3200, 1e-5))
    os.remove(path("x.npy"))


@test
def a_sequence_longer_than_a_chunk():
    x, y = draw(d=4, l=299_999, n=3)
    agree(results(save("x.npy", x), save("y.npy", y), "--train", "0.3"), reference(x, y, 1, 1e-5))
    os.remove(path("x.npy"))


@test
def one_token_dimension_and_context():
    x, y = draw(d=1, l=1, n=30)
    agree(results(save("x.npy", x), save("y.npy", y)), reference(x, y, 24, 1e-5))


@test
def the_theory_is_at_the_same_ratios():
    x, y = save("x.npy", X), save("y.npy", Y)
    data = reference(X, Y, 320, 1e-2)
    idg, icl = theory(320 / 36, 2.0, math.inf, 0.3, 1e-2)
    agree(results(x, y, "--lambda", "1e-2", "--rho", "0.3"), {**data, "theory_idg": (idg, None)})
    assert math.isclose(idg, icl, rel_tol=1e-9)
    agree(results(x, y, "--lambda", "1e-2", "--rho", "0.3", "--kappa", "inf"), {**data, "theory_idg": (idg, None)})
    for kappa in (0.4, 3.0):
        idg, icl = theory(320 / 36, 2.0, kappa, 0.3, 1e-2)
        agree(results(x, y, "--lambda", "1e-2", "--rho", "0.3", "--kappa", kappa),
              {**data, "theory_idg": (idg, None), "theory_icl": (icl, None)})


@test
def the_theory_is_near_the_data():
    """The program's own promise, on a pool of tasks. At d = 16 the limit is within some 10 %, and so is one draw."""
    d = 16
    x, y = draw(d=d, l=2 * d, n=5 * d * d, k=d)
    found = results(save("x.npy", x), save("y.npy", y), "--rho", "0.1", "--kappa", "1", "--lambda", "0.01")
    value, error = found["test_error"]
    assert abs(value - found["theory_idg"][0]) < 4 * error + 0.15 * value, found
    assert value + 4 * error < found["null_error"][0], found


@test
def a_divergent_theory_is_infinite():
    x, y = draw(d=4, l=8, n=32)
    found = results(save("x.npy", x), save("y.npy", y), "--train", "0.5", "--lambda", "0", "--rho", "0.1")
    assert found["theory_idg"] == (math.inf, None), found


# --- formats --------------------------------------------------------------------------------------------------------

@test
def versions_that_numpy_writes():
    expected = reference(X, Y, 320, 1e-5)
    for version in ((1, 0), (2, 0), (3, 0)):
        for name, array in (("x.npy", X), ("y.npy", Y)):
            with open(path(name), "wb") as file:
                np.lib.format.write_array(file, array, version=version)
        agree(results(path("x.npy"), path("y.npy")), expected)


@test
def types_that_numpy_writes():
    for x_type in ("<f8", ">f8", "<f4", ">f4", "=f8"):
        for y_type in ("<f8", ">f8", "<f4", ">f4"):
            x, y = X.astype(x_type), Y.astype(y_type)
            expected = reference(x.astype(float), y.astype(float), 320, 1e-5)
            agree(results(save("x.npy", x), save("y.npy", y)), expected)


@test
def headers_written_by_hand():
    expected = results(save("x.npy", X), save("y.npy", Y))
    data = pack(X, "<d")
    headers = [
        "{'descr':'<f8','fortran_order':False,'shape':(400,13,6)}",
        "{ 'shape' : ( 400 , 13 , 6 , ) , 'fortran_order' : False , 'descr' : '<f8' , }",
        '{"fortran_order": False, "shape": (400L, 13L, 6L), "descr": "<f8"}',
        "\t{\n'descr'\t:\r\n'<f8',\f'shape': (400, 13, 6),\n'fortran_order':\nFalse}\n\n",
        "{'descr': '=f8', 'fortran_order': False, 'shape': (400, 13, 6)}",
    ]
    for header in headers:
        for version in (1, 2, 3):
            for align in (1, 16, 64, 4096):
                native = pack(X, "=d") if "=f8" in header else data
                written = put("h.npy", npy(header, native, version, align=align))
                assert results(written, path("y.npy")) == expected, header


@test
def types_written_by_hand():
    y = save("y.npy", Y)
    single = np.array(struct.unpack(f"<{X.size}f", pack(X, "<f"))).reshape(X.shape)
    for code, descr, array in (("<d", "<f8", X), (">d", ">f8", X), ("<f", "<f4", single), (">f", ">f4", single)):
        found = results(put("h.npy", npy(header_of(X, descr), pack(array, code), 2)), y)
        agree(found, reference(array, Y, 320, 1e-5))


@test
def extreme_numbers_are_read():
    """Two targets a, b held back make the error of Gamma = 0 (a^2 + b^2)/2: what was read, without a fit."""
    x, y = draw(d=2, l=3, n=3)
    single, double = np.finfo("<f4"), np.finfo("<f8")
    cases = [("f4", float(single.tiny) / 4, -0.0), ("f4", float(single.max), float(single.tiny)),
             ("f4", float(single.smallest_subnormal), 0.0), ("f8", 1e70, -1e-150), ("f8", 0.0, -1e-150),
             ("f8", float(double.tiny), float(double.smallest_subnormal)), ("f8", 1 + float(double.eps), 0.0)]
    for kind, one, other in cases:
        y[1:, -1] = one, other
        for order in "<>":
            found = results(save("x.npy", x), save("y.npy", y.astype(order + kind)), "--train", "0.3")
            expected = (one * one + other * other) / 2
            assert math.isclose(found["null_error"][0], expected, rel_tol=4e-16), (found, expected)


@test
def pipes_are_read():
    x, y = draw(d=2, l=3, n=20)
    expected = results(save("x.npy", x), save("y.npy", y))
    content = get("x.npy")

    def piped(data):
        reading, writing = os.pipe()
        os.write(writing, data)  # less than a pipe holds
        os.close(writing)
        try:
            return run("--quiet", f"/dev/fd/{reading}", path("y.npy"), pass_fds=[reading])
        finally:
            os.close(reading)

    done = piped(content)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(expected) + 1
    for data, text in ((content[:-1], "truncated data"), (content + b"\0", "trailing bytes"), (b"", "truncated")):
        done = piped(data)
        assert done.returncode == 1 and text in done.stderr and "/dev/fd/" in done.stderr, done.stderr


# --- malformed files ------------------------------------------------------------------------------------------------

SMALL_X, SMALL_Y = draw(d=2, l=3, n=20)


def small():
    return save("x.npy", SMALL_X), save("y.npy", SMALL_Y)


@test
def malformed_headers_are_named():
    _, y = small()
    data = pack(SMALL_X, "<d")
    good = header_of(SMALL_X)
    cases = [
        (npy(good, data, 4), "format version 4.0"),
        (npy(good, data, 1, minor=1), "format version 1.1"),
        (npy(good, data, 0), "format version 0.0"),
        (b"", "truncated"),
        (b"\x93NUMPX" + npy(good, data)[6:], "does not begin with"),
        (b"1.0 2.0 3.0\n" * 40, "does not begin with"),
        (npy(good.replace("<f8", "|O"), data), "Python objects"),
        (npy(good.replace("<f8", "<i8"), data), "'<i8' (integers); float64 or float32"),
        (npy(good.replace("<f8", "<u4"), data), "integers"),
        (npy(good.replace("<f8", "|b1"), data), "booleans"),
        (npy(good.replace("<f8", "<c16"), data), "complex"),
        (npy(good.replace("<f8", "<f2"), data), "floats of another size"),
        (npy(good.replace("<f8", "<f16"), data), "floats of another size"),
        (npy(good.replace("<f8", "<U5"), data), "strings"),
        (npy(good.replace("<f8", "<M8[s]"), data), "<M8[s]"),
        (npy(good.replace("<f8", "|f8"), data), "no byte order"),
        (npy(good.replace("<f8", "f8"), data), "no byte order"),
        (npy(good.replace("<f8", ""), data), "float64 or float32"),
        (npy(good.replace("<f8", "<"), data), "float64 or float32"),
        (npy(good.replace("'<f8'", "[('a', '<f8')]"), data), "structured"),
        (npy(good.replace("'<f8'", "8"), data), "a dtype in quotes"),
        (npy(good.replace("<f8", "<f8\\x00"), data), "closing quote"),
        (npy(good.replace("False", "True"), data), "ascontiguousarray"),
        (npy(good.replace("False", "0"), data), "True or False"),
        (npy(good.replace("(20,", "(-20,"), data), "negative size"),
        (npy(good.replace("(20,", "(0,"), data), "zero size"),
        (npy(good.replace("(20,", "(9223372036854775808,"), data), "beyond 64 bits"),
        (npy(good.replace("(20,", "(" + 50 * "9" + ","), data), "beyond 64 bits"),
        (npy(good.replace("(20,", "(4611686018427387904,"), data), "more elements than fit"),
        (npy(good.replace("(20,", "(4294967296, 4294967296,"), data), "more elements than fit"),
        (npy(good.replace("(20,", "(288230376151711744,"), data), "more elements than fit"),  # 2^64 bytes
        (npy(good.replace("(20,", "(36028797018963968,"), data), "needs 2305843009213693952"),
        (npy(good.replace("(20,", "(20.0,"), data), "',' or ')'"),
        (npy(good.replace("(20,", "(20,,"), data), "a size"),
        (npy(good.replace("(20,", "[20,"), data), "a shape such as"),
        (npy(good.replace("(20,", "(" + 33 * "1, "), data), "more than 32 axes"),
        (npy(good.replace("shape", "shap"), data), "'shap'"),
        (npy(good.replace("'shape'", "'descr': '<f8', 'shape'"), data), "twice"),
        (npy("{'descr': '<f8', 'shape': (20, 4, 2)}", data), "lacks"),
        (npy("{}", data), "lacks"),
        (npy("", data), "'{'"),
        (npy(good[1:], data), "'{'"),
        (npy(good[:-1], data), "ends where"),
        (npy(good + "x", data), "nothing more"),
        (npy(good.replace("':", "'"), data), "':'"),
        (npy(good.replace("False,", "False"), data), "',' or '}'"),
        (npy(good.replace("'shape'", "shape"), data), "a key in quotes"),
        (npy(good.replace("descr", "d\x1b[31m"), data), "'d?[31m'"),
        (npy(good, data, align=70000, version=2), "a header of"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + good.encode(), "a header of 4294967295 bytes"),
        (b"\x93NUMPY\x01\x00\xff\xff" + good.encode(), "truncated in its header"),
    ]
    for number, (content, text) in enumerate(cases):
        bad = put(f"bad{number}.npy", content)
        fails([bad, y], bad + ": ", text)


@test
def wrong_shapes_are_named():
    x, y = small()
    cases = [
        (SMALL_X[0], SMALL_Y, "a.npy", "(4, 2); (n, l+1, d) was expected"),
        (SMALL_X[0, 0], SMALL_Y, "a.npy", "(2,); (n, l+1, d) was expected"),
        (np.float64(3), SMALL_Y, "a.npy", "(); (n, l+1, d) was expected"),
        (SMALL_X[None], SMALL_Y, "a.npy", "(1, 20, 4, 2)"),
        (SMALL_X, SMALL_X, "b.npy", "(20, 4, 2); (n, l+1) was expected"),
        (SMALL_X, SMALL_Y[:, 0].copy(), "b.npy", "(20,); (n, l+1) was expected"),
        (SMALL_X, SMALL_Y[1:], "b.npy", "(19, 4); (20, 4) was expected"),
        (SMALL_X, SMALL_Y[:, 1:].copy(), "b.npy", "(20, 3); (20, 4) was expected"),
        (SMALL_X[:, :1].copy(), SMALL_Y[:, :1].copy(), "a.npy", "at least 2 tokens"),
        (SMALL_X[:1], SMALL_Y[:1], "a.npy", "(1, 4, 2); at least 3 sequences"),
        (SMALL_X[:2], SMALL_Y[:2], "a.npy", "(2, 4, 2); at least 3 sequences"),
        (SMALL_X[:0], SMALL_Y[:0], "a.npy", "zero size"),
    ]
    for tokens, labels, name, text in cases:
        fails([save("a.npy", tokens), save("b.npy", labels)], path(name), text)
    fails([y, x], y, "(n, l+1, d) was expected")
    fails(["--train", "0.01", x, y], "02_own_data: --train 0.01 takes 0 of the 20 sequences")
    fails(["--train", "0.999", x, y], "02_own_data: --train 0.999 takes 20 of the 20 sequences")


@test
def what_numpy_writes_and_the_program_refuses():
    _, y = small()
    cases = [
        (np.asfortranarray(SMALL_X), "ascontiguousarray"),
        (SMALL_X.astype("int64"), "integers"),
        (SMALL_X.astype(complex), "complex"),
        (SMALL_X.astype("float16"), "another size"),
        (SMALL_X > 0, "booleans"),
        (np.zeros(3, dtype=[("a", "<f8")]), "structured"),
    ]
    for array, text in cases:
        bad = save("bad.npy", array)
        fails([bad, y], bad, text)
    np.save(path("bad.npy"), SMALL_X.astype(object), allow_pickle=True)
    fails([path("bad.npy"), y], path("bad.npy"), "Python objects")
    np.savez(path("bad.npz"), SMALL_X)
    fails([path("bad.npz"), y], path("bad.npz"), "does not begin with")


@test
def files_that_cannot_be_read():
    x, y = small()
    fails([path("missing.npy"), y], path("missing.npy"), "No such file")
    fails([x, path("missing.npy")], path("missing.npy"), "No such file")
    fails([FOLDER.name, y], FOLDER.name, "is a directory")


@test
def truncation_at_every_byte_of_the_header():
    x, y = small()
    for array, place in ((SMALL_X, 0), (SMALL_Y, 1)):
        for version in (1, 2):
            content = npy(header_of(array), pack(array, "<d"), version)
            header = len(content) - 8 * array.size
            for length in list(range(header + 1)) + [header + 1, header + 8, len(content) // 2, len(content) - 1]:
                files = [x, y]
                files[place] = put("cut.npy", content[:length])
                # Of data that are cut the whole extent is known, before any are read.
                needed = f"{length - header} bytes after the header" if length >= header else "truncated in"
                fails(files, path("cut.npy"), "truncated", needed)


@test
def trailing_bytes():
    x, y = small()
    for extra in (1, 8, 4096):
        bad = put("long.npy", get("x.npy") + bytes(extra))
        fails([bad, y], bad, "trailing bytes")
        bad = put("long.npy", get("y.npy") + bytes(extra))
        fails([x, bad], bad, "trailing bytes", f"needs {8 * SMALL_Y.size}")


@test
def mutated_headers_never_crash():
    x, y = small()
    generator = random.Random(SEED)
    sources = [npy(header_of(SMALL_X), pack(SMALL_X, "<d"), version) for version in (1, 2, 3)]
    refused = 0
    for round_number in range(400):
        content = bytearray(sources[round_number % 3])
        header = len(content) - 8 * SMALL_X.size
        for _ in range(generator.choice((1, 1, 2, 5))):
            place = generator.randrange(header)
            content[place] = generator.choice((content[place] ^ 1 << generator.randrange(8), generator.randrange(256),
                                               ord(generator.choice("(){}[],:'\"0123456789-<>|=fL \\"))))
        done = run("--quiet", put("mutated.npy", bytes(content)), y)
        assert done.returncode in (0, 1, 2), f"seed {SEED}, round {round_number}: {done.returncode}, {done.stderr}"
        assert done.returncode == 0 or path("mutated.npy") in done.stderr, f"round {round_number}: {done.stderr}"
        refused += done.returncode != 0
    assert refused > 200, refused  # the rest hit padding or gave an equal header


@test
def nonfinite_data_are_located():
    x, y = draw(l=60, n=4000)
    for value in (math.nan, math.inf, -math.inf):
        changed = x.copy()
        changed[3000, 5, 2] = value
        # 8 MiB hold 2455 sequences of 61 x 7 numbers: this is in the second chunk.
        fails([save("x.npy", changed), save("y.npy", y)], path("x.npy"),
              "sequence 3000, token 5, coordinate 2 (from 0) is",
              f"{value:g}", "finite numbers were expected")
    y[3999, 60] = math.nan
    fails([save("x.npy", x), save("y.npy", y)], path("y.npy"), "sequence 3999, label 60 (from 0) is")
    os.remove(path("x.npy"))
    large = SMALL_X.copy()
    large[3, 1, 1] = 1e308
    fails([save("x.npy", large), save("y.npy", 100 * SMALL_Y)], path("x.npy"), "sequences 0 to 15", "overflow")


# --- the command line -----------------------------------------------------------------------------------------------

@test
def help_is_on_standard_output():
    for arguments in (["--help"], ["--quiet", "--help", "a", "b", "c"]):
        done = run(*arguments)
        assert done.returncode == 0 and done.stderr == "", done
        for option in ("--train", "--lambda", "--kappa", "--rho", "--quiet", "N(0, I/d)", "N(0, I)", "default"):
            assert option in done.stdout, option
        assert all(len(line) <= 120 for line in done.stdout.splitlines())


@test
def wrong_usage_has_status_2():
    x, y = small()
    numbers = ("", " ", "x", "0.5x", " 0.5", "0.5 ", "0,5", "nan", "-nan", "nan(1)", "1e999", "-1e999", "--", "0x")
    for option, bad in (("train", ("0", "1", "-0.1", "1.5", "inf", "1e-999")), ("lambda", ("-1", "inf", "-1e-300")),
                        ("rho", ("-0.5", "inf")), ("kappa", ("0", "-1", "-inf"))):
        for text in numbers + bad:
            fails([f"--{option}={text}", x, y], f'--{option} is "{text}"', "was expected", "--help", status=2)
    fails([], "0 files", status=2)
    fails([x], "1 files", status=2)
    fails([x, y, y], "3 files", status=2)
    fails(["--unknown", x, y], "unknown", status=2)
    fails(["--lambda"], "lambda", status=2)
    fails(["--kappa", "2", x, y], "--rho", status=2)


@test
def text_goes_to_standard_error():
    x, y = small()
    done = run(x, y)
    assert "n = 20 sequences" in done.stderr and "first 16" in done.stderr and "no theory" in done.stderr, done.stderr
    assert "\r" not in done.stderr and "reading" not in done.stderr, done.stderr
    done = run(x, y, "--rho", "0.1")
    assert "N(0, I/d)" in done.stderr and "N(0, I)" in done.stderr, done.stderr
    done = run(x, y, "--quiet", "--rho", "0.1")
    assert done.stderr == "", done.stderr


@test
def progress_is_shown_on_a_terminal_only():
    x, y = small()

    def on_terminal(*arguments):
        try:
            main, terminal = pty.openpty()
        except OSError as error:
            raise Skip(f"no pseudo-terminal: {error}") from error
        done = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=terminal, timeout=120)
        os.write(terminal, b"end")
        os.close(terminal)
        shown = b""
        while not shown.endswith(b"end"):
            shown += os.read(main, 4096)
        os.close(main)
        return done.returncode, shown

    status, shown = on_terminal(x, y)
    assert status == 0 and b"reading: 100 %" in shown and b"fitting: 100 %\r\n" in shown, shown
    status, shown = on_terminal("--quiet", x, y)
    assert status == 0 and shown == b"end", shown
    changed = SMALL_Y.copy()
    changed[19, 0] = math.nan
    status, shown = on_terminal(x, save("bad.npy", changed))
    assert status == 1 and b"\n02_own_data: " in shown, shown


@test
def a_full_disk_is_reported():
    x, y = small()
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    with open("/dev/full", "wb") as full:
        for arguments in (["--help"], [x, y]):
            done = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
            assert done.returncode == 1 and "standard output" in done.stderr, done


@test
def another_locale_changes_nothing():
    x, y = small()
    plain = run("--quiet", "--lambda", "0.5", x, y)
    other = run("--quiet", "--lambda", "0.5", x, y, env={**os.environ, "LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE"})
    assert plain.returncode == 0 and other.stdout == plain.stdout, other


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        try:
            function()
            print(f"ok {number} - {function.__name__}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {function.__name__} # SKIP {reason}", flush=True)
        except Exception:  # a failing test must not stop the others
            failed += 1
            print(f"not ok {number} - {function.__name__}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line[:1000]}", flush=True)
    FOLDER.cleanup()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
