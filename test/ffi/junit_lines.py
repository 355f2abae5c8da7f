"""pytest's results as lines for a shell script: junit_lines.py RESULTS_XML.

One line for each test, with tabs between: passed, failed or skipped; its name; why it was skipped.
"""
import sys
import xml.etree.ElementTree as ElementTree

for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
    tags = {element.tag: element.get("message", "") for element in case}
    outcome = "failed" if {"failure", "error"} & set(tags) else "skipped" if "skipped" in tags else "passed"
    name = f"{case.get('classname', '').rpartition('.')[2]}: {case.get('name')}"
    print("\t".join(" ".join(field.replace("#", "").split()) for field in (outcome, name, tags.get("skipped", ""))))
