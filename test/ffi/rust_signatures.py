"""The declarations of the Rust crate icltheory-sys as a table: rust_signatures.py FOLDER_OF_ITS_SOURCES.

The table is that of test/abi/interface.py, with C's names of the types: every function with the name, type and
constness of its parameters, every constant with its number. So the binding says what the headers say where the two
tables are the same. A declaration that this does not understand is an error.
"""
import pathlib
import re
import sys

C_TYPES = {"i32": "int32_t", "i64": "int64_t", "u64": "uint64_t", "f64": "double", "c_char": "char", "c_void": "void"}
ITEM = re.compile(r"""
    use\ (?:crate|std::os::raw)::[\w:{},\ ]+;
  | opaque!\((?P<handle>icl_\w+)\);
  | pub\ const\ (?P<constant>ICL_\w+):\ (?:i32|icl_status)\ =\ (?P<number>-?\d+);
  | pub\ type\ (?P<alias>icl_\w+)\ =\ (?P<type>\w+);
  | pub\ type\ (?P<callback>icl_\w+)\ =\ Option<
      unsafe\ extern\ "C"\ fn\((?P<callback_parameters>[^()]*)\)\ ->\ (?P<callback_result>[\w\ \*]+)>;
  | pub\ fn\ (?P<function>icl_\w+)\((?P<parameters>[^()]*)\)(?:\ ->\ (?P<result>[\w\ \*]+))?;
""", re.VERBOSE)


def c_type(rust):
    """`*const f64` is `const double *`, `*mut *mut icl_run` is `icl_run **`."""
    if rust.startswith("*const "):
        base, stars, const = rust[len("*const "):], "*", "const "
    else:
        base = re.sub(r"^(\*mut )+", "", rust)
        stars, const = "*" * rust.count("*mut "), ""
    if not re.fullmatch(r"icl_\w+", base) and base not in C_TYPES:
        raise SystemExit(f"not understood: the type {rust}")
    return f"{const}{C_TYPES.get(base, base)} {stars}".strip()


def parameters(text):
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, rust = re.fullmatch(r"(?:r#)?(\w+): (.+)", part).groups()
        declared = c_type(rust)
        yield declared + ("" if declared.endswith("*") else " ") + name


def items(text):
    """The declarations of one file, in Rust's order of things but C's types."""
    text = re.sub(r"//[^\n]*", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r'extern "C" \{ ([^{}]*) \}', r"\1", text)
    text = re.sub(r"([(<]) | (?=[)>])", r"\1", text).replace(",)", ")")
    while text:
        found = ITEM.match(text)
        if not found:
            raise SystemExit(f"not understood: {text[:100]}")
        text = text[found.end():].lstrip()
        if found["handle"]:
            yield ["handle", found["handle"]]
        elif found["constant"]:
            yield ["constant", found["constant"], found["number"]]
        elif found["alias"]:
            yield ["type", found["alias"], c_type(found["type"])]
        elif found["callback"]:
            yield ["callback", found["callback"], c_type(found["callback_result"]),
                   *parameters(found["callback_parameters"])]
        elif found["function"]:
            yield ["function", found["function"], c_type(found["result"] or "c_void"), *parameters(found["parameters"])]


def table(folder):
    texts = {file.name: file.read_text(encoding="utf-8") for file in pathlib.Path(folder).glob("*.rs")}
    if re.search(r"\bicl_", texts.pop("lib.rs"), re.IGNORECASE):
        raise SystemExit("lib.rs declares something; that belongs in the file named like its header")
    return sorted("\t".join(item) for text in texts.values() for item in items(text))


if __name__ == "__main__":
    print("\n".join(table(sys.argv[1])))
