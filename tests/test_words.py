"""Messages and pages use the words of the field, as CONTRIBUTING lists them."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from .test_troubleshooting import messages

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")])
MODULES = sorted(
    path
    for folder in ("benchmarks", "certbot_dns_mijnhost", "examples", "scripts", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(__file__).resolve()
)
NAMES = re.compile(
    r"(?i)\b_?(?:said|uselessness|settled?|tally|verdict|asker|possessions|chapters?|persistently"
    r"|survey|may_pass\w*|plant|names?_check)\b"
)
"""Names that only their docstrings explain."""

AVOIDED = {
    r"stays? behind": "remains, could not be removed",
    r"can't be had|is not to be had": "is not available",
    r"\bcan't\b|\bdon't\b|\bdoesn't\b|\bwon't\b|\bisn't\b": "cannot, does not",
    r"come to rest|comes to rest": "become stable",
    r"is taken (?:for|up)|taken for a\b": "is treated as, is accepted",
    r"put back|puts back|take away|see to it|See that\b": "restore, remove, make sure",
    r"\b(?:[Ss]omebody|[Nn]obody|[Ww]hoever|[Ww]hatever)\b": "name the party",
    r"does no harm": "is harmless",
    r"as a whole\b": "zone rewrite",
    r"\bmay pass\b|passing fault|in passing": "is transient",
    r"come of it|came of it": "the result",
    r"\bthe API (?:tells|told|said yes|is unwell)\b": "reports, returns",
    r"scratch record": "test record",
    r"\bthe house\b|\bthis room\b|\bthe rooms\b": "package, module",
    r"\bGoing on\b|name servers tell": "Continuing; the DNS check decides",
    r"It fails\?": "If it fails, see",
    r"\b[Bb]esides?\b": "alongside, next to, in addition",
    r"(?<![Tt]here )\bis no (?!longer\b)": "is not a",
    r"\b(?:room|door|dead|unwell|told)\b": "name the thing: width, interface, unreachable",
    r"\bstands?\b": "exists, is present",
    r"comes? to an end": "ends",
    r":raises [^:]+: where\b": "if",
}
"""What not to write, and what to write instead."""


def found_in(text: str) -> list[str]:
    """Return the avoided words of a text, each with a better one."""
    hits = []
    for pattern, better in AVOIDED.items():
        hits += [f"{hit.group()!r}: write {better}" for hit in re.finditer(pattern, text)]
    return hits


def prose(text: str) -> str:
    """Return a page without code."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"`[^`]*`", "", text)


def docstrings_and_comments(source: str) -> Iterator[str]:
    """Yield the docstrings and the comments of a module, without code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prose(re.sub(r"``.*?``", "", ast.get_docstring(node) or "", flags=re.DOTALL))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield prose(token.string)


def test_messages() -> None:
    found = {path: found_in(message) for path, message in messages() if found_in(message)}
    assert found == {}


def test_pages() -> None:
    found = {page.relative_to(ROOT): found_in(prose(page.read_text())) for page in PAGES}
    assert {page: words for page, words in found.items() if words} == {}


def test_docstrings_and_comments() -> None:
    found = {}
    for path in MODULES:
        for text in docstrings_and_comments(path.read_text()):
            if found_in(text):
                found[path.relative_to(ROOT), text[:50]] = found_in(text)
    assert found == {}


def test_names() -> None:
    found = {path.relative_to(ROOT): NAMES.findall(path.read_text()) for path in MODULES}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_check_finds_what_it_looks_for() -> None:
    assert found_in("The record stands at the apex.") == ["'stands': write exists, is present"]
    assert found_in(prose("Use `zone restore`:\n\n    put back\n\n```\nnobody\n```\n")) == []
    module = '"""It is no CNAME."""\n# A door.\nsaid = "told"\n'
    assert [found_in(text) for text in docstrings_and_comments(module)] == [
        ["'is no ': write is not a"],
        ["'door': write name the thing: width, interface, unreachable"],
    ]
    assert NAMES.findall(module) == ["said"]


def test_the_modules_that_the_vocabulary_names_exist() -> None:
    named = set(re.findall(r"`(\w+(?:/\w+)*\.py)`", (ROOT / "CONTRIBUTING.md").read_text()))
    assert "zone/proofs.py" in named
    missing = {
        path
        for path in named
        if not (ROOT / path).exists() and not (ROOT / "certbot_dns_mijnhost" / path).exists()
    }
    assert missing == set()
