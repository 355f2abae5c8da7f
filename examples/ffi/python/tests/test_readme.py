"""The README: its code runs, says what the README says it does, and its tables are complete."""
import inspect
import re
from types import FunctionType

import pytest
from conftest import FUNCTIONS, PACKAGE

import icltheory as icl

README = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(python|text)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
PLOTS = [code for kind, code in BLOCKS if "matplotlib" in code]


def run(code, namespace):
    exec(compile(code, "README.md", "exec"), namespace)


def test_the_code_runs_and_prints_what_the_readme_shows(capsys):
    namespace, shown, printed = {}, [], []
    for kind, code in BLOCKS:
        if kind == "text":
            shown.append(code)
        elif code not in PLOTS:
            run(code, namespace)
            printed.append(capsys.readouterr().out)
    assert len(printed) >= 5 and len(shown) >= 2
    assert [text for text in printed if text] == shown


def test_the_figure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    pytest.importorskip("matplotlib").use("Agg")
    namespace, codes = {}, [code for kind, code in BLOCKS if kind == "python"]
    for code in codes[:codes.index(PLOTS[-1]) + 1]:
        run(code, namespace)
    assert b"</svg>" in (tmp_path / "double_descent.svg").read_bytes()
    # The error peaks at the interpolation threshold, between few sequences and many.
    mean = namespace["points"].mean[:, 0]
    assert 0 < mean.argmax() < len(mean) - 1


def test_each_public_name_has_a_description_of_its_own():
    names = [name for name in icl.__all__ if name != "Progress"]
    assert [name for name in names if not inspect.getdoc(getattr(icl, name))] == []
    described = (FunctionType, property, classmethod)
    assert [f"{name}.{member}" for name in names if inspect.isclass(getattr(icl, name))
            for member, value in vars(getattr(icl, name)).items()
            if member[0] != "_" and isinstance(value, described) and not inspect.getdoc(value)] == []


def test_each_public_name_is_exported_and_in_the_readme():
    here = {name for name, value in vars(icl).items()
            if not name.startswith("_") and not inspect.ismodule(value)}
    assert here == set(icl.__all__)
    assert [name for name in icl.__all__ if name not in README] == []


def test_the_readme_counts_the_functions():
    assert f"all {len(FUNCTIONS)} functions" in README
