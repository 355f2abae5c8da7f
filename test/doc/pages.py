"""All pages as plain Markdown, and CITATION.cff. usage: pages.py SOURCE

What a repository's browser shows must work there; site.py looks at what Doxygen makes of the same text.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from blocks import fenced, outside, pages, readmes  # noqa: E402
from tap import finish, skip, test  # noqa: E402

# Files that pages name in code; a capital word, like TOPIC, stands for a name.
PATH = re.compile(r"(?<![\w/])(?:lib|include|test|doc|examples)/[a-z0-9_/]+\.[a-z]+\b")


def anchors(page):
    """The anchors that a repository's browser gives to headings."""
    headings = re.findall(r"^#+ (.*)$", outside(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    """Targets of links and images, those to other hosts left out."""
    text = re.sub(r"`[^`]*`", "", outside(page))
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [link for link in found if not re.match(r"https?://", link)]


def broken(page):
    """Links whose file or heading does not exist."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def accidental_lists(page):
    """Lines that a wrapped sentence begins with a sign of a list or quotation."""
    before = ""
    for line in outside(page).splitlines():
        if re.match(r"([-+*>]|1[.)]) ", line) and re.match(r"[^\s\-+*>|#0-9]", before):
            yield line
        before = line


def check_page(page, root):
    name = page.relative_to(root)
    test(f"{name}: links lead somewhere", not list(broken(page)), list(broken(page)))
    accidents = list(accidental_lists(page))
    test(f"{name}: no wrapped line begins a list", not accidents, accidents)
    missing = sorted({path for path in PATH.findall(page.read_text(encoding="utf-8")) if not (root / path).exists()})
    test(f"{name}: files that it names exist", not missing, missing)
    images = re.findall(r"!\[[^\]]*\]\((https?:[^)]*)\)", page.read_text(encoding="utf-8"))
    test(f"{name}: no image comes from elsewhere", not images, images)


def check_citation(root):
    """The keys that the format (CFF 1.2.0) requires, in the types that it requires; and agreement with the README."""
    try:
        import yaml
    except ImportError:
        skip("doc/CITATION.cff", "python3-yaml is not installed")
        return
    citation = yaml.safe_load((root / "doc" / "CITATION.cff").read_text(encoding="utf-8"))
    version = re.search(r"version: '([\d.]+)'", (root / "meson.build").read_text(encoding="utf-8"))[1]
    test("CITATION.cff: keys that are required", citation.get("cff-version") == "1.2.0" and citation.get("message")
         and citation.get("title") and citation.get("authors") and citation.get("type") == "software", citation)
    known = {"cff-version", "message", "type", "title", "abstract", "authors", "version", "license", "keywords",
             "preferred-citation", "date-released", "doi", "url", "repository-code", "identifiers", "references"}
    test("CITATION.cff: no key that the format does not know", not set(citation) - known, set(citation) - known)
    test("CITATION.cff: the version is the library's, as text", citation["version"] == version, citation["version"])
    paper = citation["preferred-citation"]
    test("CITATION.cff: the paper has type, title, authors, year as a number",
         paper["type"] == "article" and paper["title"] and isinstance(paper["year"], int), paper)
    people = [author for entry in (citation, paper) for author in entry["authors"]]
    bad = [author for author in people if not set(author) in ({"name"}, {"family-names", "given-names"})]
    test("CITATION.cff: each author is a person or an entity", people and not bad, bad)
    check_bibtex(root, citation, paper)


def check_bibtex(root, citation, paper):
    """The README's BibTeX says the same as CITATION.cff."""
    article, software = next(block.text for block in fenced(root / "README.md")
                             if block.language == "bibtex").split("\n\n")
    authors = " and ".join(f"{author['family-names']}, {author['given-names']}" for author in paper["authors"])
    wanted = {"title": paper["title"], "author": authors, "journal": paper["journal"], "volume": paper["volume"],
              "number": paper["issue"], "pages": paper["start"], "year": paper["year"], "doi": paper["doi"]}
    found = dict(re.findall(r"^ +(\w+) += \{(.*?)\},?$", article, re.MULTILINE))
    test("README.md: BibTeX of the paper agrees with CITATION.cff",
         found == {key: str(value) for key, value in wanted.items()}, f"{found}\n{wanted}")
    found = dict(re.findall(r"^ +(\w+) += \{+(.*?)\}+,?$", software, re.MULTILINE))
    wanted = {"title": citation["title"], "author": citation["authors"][0]["name"], "version": citation["version"]}
    test("README.md: BibTeX of the library likewise", found == wanted, f"{found}\n{wanted}")


def main(root):
    every = pages(root)
    listed = set(links(root / "README.md"))
    missing = [page.name for page in every if page.parent.name == "doc" and f"doc/{page.name}" not in listed]
    test("README.md names every page of doc/", len(every) > 10 and not missing, missing)
    for page in [*every, *readmes(root)]:
        check_page(page, root)
    check_citation(root)
    finish()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
