"""The site: Doxygen builds it without a warning, it is complete, and it asks no other host for anything.

usage: site.py SOURCE DOXYFILE
"""
import html.parser
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from blocks import fenced, indented, outside, pages, readmes  # noqa: E402
from tap import finish, skip, test  # noqa: E402

# A hyperlink waits for a reader; what other elements name is fetched at once.
FETCHED = {"src", "data", "srcset", "poster", "background", "action"}


class Page(html.parser.HTMLParser):
    """What a page links to, fetches and says."""

    def __init__(self, path):
        super().__init__()
        self.links, self.fetches, self.anchors, self.text = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = re.sub(r"\s+", " ", "".join(self.text))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in FETCHED or (name == "href" and tag not in ("a", "area")):
                self.fetches.append(value)
            elif name == "href":
                self.links.append(value)
            elif name == "style" and "url(" in value:
                self.fetches += re.findall(r"url\(['\"]?([^'\")]*)", value)

    def handle_data(self, data):
        self.text.append(data)


def outward(address):
    """Whether it names a host; javascript: and data: do not."""
    return re.match(r"(?!javascript:|data:)([a-z][a-z0-9+.-]*:|//)", address or "", re.IGNORECASE)


def check_offline(folder, parsed):
    """Pages, styles, scripts and pictures name no other host in a place from which it would be asked."""
    found = [f"{name}: {address}" for name, page in parsed.items() for address in page.fetches if outward(address)]
    test("no page fetches anything from elsewhere", parsed and not found, found)
    found = []
    for path in [*folder.rglob("*.css"), *folder.rglob("*.svg")]:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        addresses = re.findall(r"(?:url\(\s*|@import\s+|\bhref=)['\"]?([^'\")>\s]*)", text)
        found += [f"{path.name}: {address}" for address in addresses if outward(address)]
    test("no style and no picture does", not found, found)
    found = []
    for path in folder.rglob("*.js"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{path.name}: {address}" for address in re.findall(r"""["'](?:https?:)?//[\w.-]+[^"']*""", text)]
    test("no script names another host", not found, found)


def check_links(folder, parsed):
    """Every link and picture inside the site exists, anchors included."""
    broken = []
    for name, page in parsed.items():
        for address in [*page.links, *page.fetches]:
            if not address or re.match(r"[a-z]+:", address):
                continue
            path, _, anchor = urllib.parse.unquote(address).partition("#")
            target = path or name
            if not (folder / target).exists() or (anchor and target in parsed and anchor not in parsed[target].anchors):
                broken.append(f"{name}: {address}")
    test("every link inside the site leads somewhere", parsed and not broken, "\n".join(broken))


def check_interface(source, folder, parsed):
    """Functions, types and constants: each has its own entry in the page of a header, and is found by the search."""
    lines = (source / "test" / "abi" / "interface.tsv").read_text(encoding="utf-8").splitlines()
    names = {kind: [line.split("\t")[1] for line in lines if line.startswith(kind + "\t")]
             for kind in ("function", "handle", "callback", "type", "constant")}
    headers = {name: page for name, page in parsed.items() if name.endswith("_8h.html")}
    titles = "".join((folder / name).read_text(encoding="utf-8") for name in headers)
    entries = set(re.findall(r'<h2 class="memtitle">.*?</span>(\w+)', titles))
    for kind in ("function", "handle", "callback", "type"):
        missing = set(names[kind]) - entries
        test(f"every {kind} has an entry", names[kind] and not missing, missing)
    listed = set(re.findall(r'<td class="fieldname"><a[^>]*></a>(\w+)', titles))
    test("every constant has an entry", not set(names["constant"]) - listed, set(names["constant"]) - listed)
    index = "".join(path.read_text(encoding="utf-8") for path in (folder / "search").glob("all_*.js"))
    missing = [name for kind in names.values() for name in kind if f"'{name}'" not in index]
    test("the search, which runs in the browser, knows every name", not missing, missing)


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def check_page(page, name, target, parsed):
    """A page has its counterpart, with all formulas and programs to the letter, and all its pictures."""
    if target not in parsed:
        test(f"{name} is in the site", False, sorted(parsed))
        return
    text = parsed[target].text
    spans = re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"^    .*", "", outside(page), flags=re.MULTILINE))
    lines = [line for block in fenced(page) for line in block.text.splitlines()]
    lines += [line for _, line in indented(page)] + [span.replace(r"\|", "|") for span in spans]
    lost = [line for line in map(squeeze, lines) if line not in text]
    test(f"{name}: code and formulas are unchanged", not lost, "\n".join(lost))
    images = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", outside(page))
    if images:
        lost = [image for image in images if pathlib.Path(image).name not in parsed[target].fetches]
        test(f"{name}: its pictures are shown", not lost, lost)


def main(source, doxyfile):
    if not shutil.which("doxygen"):
        skip("the site", "doxygen is not installed")
        finish()
    with tempfile.TemporaryDirectory() as scratch:
        settings = doxyfile.read_text(encoding="utf-8") + f'\nOUTPUT_DIRECTORY = "{scratch}"\n'
        done = subprocess.run(["doxygen", "-"], input=settings, cwd=scratch, capture_output=True, text=True)
        test("Doxygen builds the site without a warning", done.returncode == 0 and not done.stderr, done.stderr)
        folder = pathlib.Path(scratch) / "html"
        parsed = {path.name: Page(path) for path in folder.glob("*.html")}
        check_offline(folder, parsed)
        check_links(folder, parsed)
        check_interface(source, folder, parsed)
        for page in [*pages(source), *readmes(source)]:
            name = page.relative_to(source).with_suffix("").as_posix()
            check_page(page, name, "index.html" if name == "README" else f"md_{name.replace('/', '_')}.html", parsed)
    finish()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
