"""The deliberate bugs of breaks.tsv, whose lines are: target, file, the text that is right, the one that is not.

usage: breaks.py TREE           is each text that is right in its file, once?
       breaks.py TREE NUMBER    puts the bug of this line, from 1, into the tree
"""
import pathlib
import sys

tree = pathlib.Path(sys.argv[1])
lines = pathlib.Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
chosen = [int(number) for number in sys.argv[2:]]
failed = not lines
for number in chosen or range(1, len(lines) + 1):
    _, file, old, new = lines[number - 1].split("\t")
    text = (tree / file).read_text(encoding="utf-8")
    if text.count(old) != 1 or old == new:
        print(f"breaks.tsv:{number}: {file} has {old!r} {text.count(old)} times")
        failed = True
    elif chosen:
        (tree / file).write_text(text.replace(old, new), encoding="utf-8")
sys.exit(failed)
