"""What the documentation names is there: files, modules, headings, tests, code, drawings."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Variants

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "certbot_dns_mijnhost"
AT_THE_TOP = ("README.md", "README.nl.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PAGES = [
    *(ROOT / name for name in AT_THE_TOP if (ROOT / name).exists()),
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts),
]
DRAWINGS = sorted((ROOT / "docs").glob("*.svg"))
FOLDERS = (PACKAGE, "tests", "docs", "examples", "scripts", "benchmarks", ".ci")

FENCED = re.compile(r"^( *)(```|~~~).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
HTML_LINK = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
MODULE = re.compile(rf"\b{PACKAGE}((?:\.[A-Za-z_]\w*)+)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+(?:::\w+)*)")
MEMBER = re.compile(r"([A-Z]\w*)\.(\w+)")
FUNCTION = re.compile(r"(\w+)\(\)")
SVG = "{http://www.w3.org/2000/svg}"


def prose(text: str) -> str:
    """Return a page without its blocks of code."""
    return FENCED.sub("", text)


def links(text: str) -> list[str]:
    """Return where a page's links lead, save those that leave the repository."""
    plain = INLINE_CODE.sub("", prose(text))
    found = [*LINK.findall(plain), *REFERENCE.findall(plain), *HTML_LINK.findall(plain)]
    return [target for target in found if not ELSEWHERE.match(target)]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in HEADING.findall(prose(text)):
        plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        unique = slug
        while unique in found:
            number += 1
            unique = f"{slug}-{number}"
        found.add(unique)
    return found


def broken_links(page: Path, text: str) -> list[str]:
    """Return the links of a page that lead nowhere."""
    return [link for link in links(text) if not _leads_somewhere(page, text, link)]


def _leads_somewhere(page: Path, text: str, link: str) -> bool:
    name, _, anchor = link.partition("#")
    if not name:
        return anchor in anchors(text)
    target = (page.parent / name).resolve()
    if ROOT not in target.parents or not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text())


def paths_in(text: str) -> Iterator[str]:
    """Yield what a page calls a file of the repository, in backticks."""
    for code in INLINE_CODE.findall(prose(text)):
        name = code.split("::")[0].strip()
        if not re.fullmatch(r"[\w.*/-]+", name) or name.startswith("/"):
            continue
        is_below = name.startswith(tuple(f"{folder}/" for folder in FOLDERS))
        if is_below or re.fullmatch(r"[\w./-]+\.(?:py|md)", name):
            yield name


def is_there(name: str) -> bool:
    """Return whether a file of the repository has this path, or a module's path ends so."""
    if "*" in name:
        return any(ROOT.glob(name))
    if (ROOT / name).exists() or name.startswith("docs/_build/"):
        return True  # What `make docs` builds is not in the repository.
    return any(path.parts[-len(Path(name).parts) :] == Path(name).parts for path in modules())


@functools.cache
def modules() -> list[Path]:
    return [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def is_importable(dotted: str) -> bool:
    """Return whether a dotted name is a module, or something in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return _has(found, parts[length:])
    return False


def _has(found: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return True


@functools.cache
def _parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def has_test(path: str, name: str) -> bool:
    """Return whether a file holds a test, be it in a class."""
    if not (ROOT / path).is_file():
        return False
    body = _parsed(path).body
    *classes, test = name.split("::")
    for outer in classes:
        [*inner] = [node for node in body if isinstance(node, ast.ClassDef) and node.name == outer]
        body = inner[0].body if inner else []
    return any(isinstance(node, ast.FunctionDef) and node.name == test for node in body)


def code_of_the_package() -> tuple[dict[str, set[str]], set[str]]:
    """Return the members of each class, and the names of all functions and methods."""
    classes: dict[str, set[str]] = {}
    functions: set[str] = set()
    for path in (ROOT / PACKAGE).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                functions.add(node.name)
            elif isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, set()).update(_members(node))
    return classes, functions


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef):
            yield part.name
        elif isinstance(part, (ast.Assign, ast.AnnAssign)):
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            for target in targets:
                if isinstance(target, ast.Attribute):
                    yield target.attr
                elif isinstance(target, ast.Name):
                    yield target.id


def rows(text: str) -> list[list[str]]:
    """Return the cells of a page's tables, headings and rules included."""
    lines = [line.strip() for line in prose(text).splitlines()]
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        for line in lines
        if line.startswith("|")
    ]


def faults_of_a_drawing(source: str) -> list[str]:
    """Return what makes a drawing depend on more than itself."""
    faults = []
    if re.search(r"<!(?!--)|<\?xml-stylesheet|@import|@font-face", source):
        faults.append("a declaration")
    faults += [f"url({url}" for url in re.findall(r"url\(\s*([^)]*)", source) if url[:1] != "#"]
    for element in ET.fromstring(source).iter():  # noqa: S314  # it is our own file
        tag = element.tag.removeprefix(SVG)
        if not element.tag.startswith(SVG) or tag in {"script", "image", "foreignObject"}:
            faults.append(tag)
        for name, value in element.attrib.items():
            plain = name.rsplit("}", 1)[-1]
            if plain.startswith("on") or (plain in {"href", "src"} and value[:1] != "#"):
                faults.append(f"{tag} {plain}={value}")
    return faults


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_links_lead_somewhere() -> None:
    broken = {name_of(page): broken_links(page, page.read_text()) for page in PAGES}
    assert {page: found for page, found in broken.items() if found} == {}


def test_files_that_are_named_are_there() -> None:
    for page in PAGES:
        missing = [name for name in paths_in(page.read_text()) if not is_there(name)]
        assert missing == [], page


def test_modules_that_are_named_are_there() -> None:
    for page in PAGES:
        named = {PACKAGE + found for found in MODULE.findall(page.read_text())}
        assert {name for name in named if not is_importable(name)} == set(), page


def test_tests_that_are_named_are_there() -> None:
    for page in PAGES:
        named = set(TEST.findall(page.read_text()))
        assert {"::".join(each) for each in named if not has_test(*each)} == set(), page


def test_each_protection_names_a_test() -> None:
    table = rows((ROOT / "docs" / "security.md").read_text())
    threats = [cells for cells in table if cells[-1] != "held by" and set(cells[-1]) != {"-"}]
    assert len(threats) > 30
    for cells in threats:
        assert len(cells) == 4, cells
        assert all(cells), cells
        assert TEST.search(cells[-1]), cells
        assert cells[-1] == ", ".join(f"`{'::'.join(each)}`" for each in TEST.findall(cells[-1]))


def test_code_that_how_it_works_names_is_there() -> None:
    text = prose((ROOT / "docs" / "how-it-works.md").read_text())
    classes, functions = code_of_the_package()
    members = [found for code in INLINE_CODE.findall(text) for found in [MEMBER.fullmatch(code)]]
    named = [found.groups() for found in members if found]
    assert len(named) > 30
    assert [each for each in named if each[1] not in classes.get(each[0], set())] == []
    called = [found for code in INLINE_CODE.findall(text) for found in [FUNCTION.fullmatch(code)]]
    assert [found[1] for found in called if found and found[1] not in functions] == []


def test_how_it_works_tells_of_every_switch_of_the_emulator() -> None:
    text = (ROOT / "docs" / "how-it-works.md").read_text()
    described = set(INLINE_CODE.findall(text))
    assert {field.name for field in fields(Variants)} - described == set()


@pytest.mark.parametrize("drawing", DRAWINGS, ids=name_of)
def test_a_drawing_stands_alone(drawing: Path) -> None:
    assert faults_of_a_drawing(drawing.read_text()) == []


@pytest.mark.parametrize("drawing", DRAWINGS, ids=name_of)
def test_a_drawing_is_shown_by_some_page(drawing: Path) -> None:
    assert any(re.search(rf'{drawing.name}[)"]', page.read_text()) for page in PAGES)


def test_the_drawing_of_how_it_works_is_small() -> None:
    assert (ROOT / "docs" / "how-it-works.svg").stat().st_size < 20_000


def test_the_checks_of_links_find_what_they_look_for() -> None:
    page = ROOT / "docs" / "page.md"
    text = (
        "# A `title`, twice\n## A title, twice\n[a](api.md) [b](#a-title-twice-1) [c](nowhere.md)\n"
        '[d](api.md#no-such-heading "x") [e](../../outside.md) [f](https://example.nl/x.md)\n'
        '`[g](in-code.md)` <img src="no.svg">\n\n[h]: gone.md\n'
        "```sh\n# no heading\n[i](in-a-block.md)\n```\n[j](#no-heading)\n"
    )
    assert anchors(text) == {"a-title-twice", "a-title-twice-1"}
    assert broken_links(page, text) == [
        "nowhere.md",
        "api.md#no-such-heading",
        "../../outside.md",
        "#no-heading",
        "gone.md",
        "no.svg",
    ]


def test_the_checks_of_names_find_what_they_look_for() -> None:
    text = (
        "`docs/api.md` `zone.py` `emulator/variants.py` `tests/e2e/*.py` `scripts/none`\n"
        "`/etc/x.py` `mijnhost.ini` `none.py` `python x.py` `api/none.py` `tests/e2e/*.none`\n"
        "`tests/test_docs.py::test_nothing`\n```\n`docs/in-a-block.md`\n```\n"
    )
    missing = [name for name in paths_in(text) if not is_there(name)]
    assert missing == ["scripts/none", "none.py", "api/none.py", "tests/e2e/*.none"]
    assert is_importable(f"{PACKAGE}.api.MijnHostClient.whoami")
    assert not is_importable(f"{PACKAGE}.api.Nobody")
    assert not is_importable(f"{PACKAGE}.nowhere")
    assert has_test("tests/test_docs.py", "test_links_lead_somewhere")
    assert not has_test("tests/test_docs.py", "test_nothing")
    assert not has_test("tests/test_docs.py", "TestNobody::test_links_lead_somewhere")
    assert not has_test("tests/none.py", "test_nothing")


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ('<image href="https://example.nl/x.png"/>', "image"),
        ("<script/>", "script"),
        ('<use href="other.svg#x"/>', "use href=other.svg#x"),
        ('<path onclick="x"/>', "path onclick=x"),
        ("<style>path { fill: url(https://example.nl/) }</style>", "url(https://example.nl/"),
        ("<style>@import 'x.css';</style>", "a declaration"),
        ("<?xml-stylesheet href='x.css'?>", "a declaration"),
    ],
)
def test_the_check_of_drawings_finds_what_it_looks_for(inside: str, fault: str) -> None:
    source = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    assert fault in faults_of_a_drawing(source)
    assert faults_of_a_drawing('<svg xmlns="http://www.w3.org/2000/svg"><a href="#x"/></svg>') == []
