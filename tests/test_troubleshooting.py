"""Each message of ours has an entry in docs/troubleshooting.md, and no entry is about none."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from certbot_dns_mijnhost.doctor import State

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "certbot_dns_mijnhost"
PAGE = ROOT / "docs" / "troubleshooting.md"
GAP = "…"


def template(node: ast.AST) -> str:
    """Return a text with a gap for each part that is inserted; empty if it is not a text."""
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
        return re.sub(r"%[-.\d]*[a-z]", GAP, text)
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) or GAP for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (template(node.left) or GAP) + (template(node.right) or GAP)
    return ""


def texts_of(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Yield the texts of an error: its argument, or what the function returns that words it."""
    text = template(node)
    if text:
        yield text
    elif isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        for found in ast.walk(tree):
            if isinstance(found, ast.FunctionDef) and found.name == called:
                yield from (
                    template(each.value)
                    for each in ast.walk(found)
                    if isinstance(each, ast.Return) and each.value is not None
                )


def messages_of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            yield from texts_of(node.exc.args[0], tree)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "warning":
            yield template(node.args[0])
        elif isinstance(node, ast.Assign) and _is_message(node.targets[0], path):
            yield template(node.value)
    if path.name in {"responses.py", "refusals.py"}:
        yield from _next_steps(tree)


def _is_message(target: ast.expr, path: Path) -> bool:
    # What the doctor finds comes with its own next step.
    return getattr(target, "id", "") == "message" and PACKAGE / "doctor" not in path.parents


def _next_steps(tree: ast.Module) -> Iterator[str]:
    """Yield what goes with the API's own words."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Return)) and node.value is not None:
            yield from (
                template(each) for each in ast.walk(node.value) if template(each).endswith(".")
            )


@functools.cache
def messages() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(PACKAGE)), text)
        for path in sorted(PACKAGE.rglob("*.py"))
        if PACKAGE / "emulator" not in path.parents
        for text in messages_of(path)
        if text.strip(GAP + " .:")
    ]


def entries() -> list[str]:
    headings = [line for line in PAGE.read_text().splitlines() if line.startswith("### ")]
    return [entry for line in headings for entry in re.findall(r"`([^`]+)`", line)]


def fits(entry: str, message: str) -> bool:
    pieces = [re.escape(piece.strip()) for piece in entry.split(GAP)]
    return re.search(".*".join(pieces), message) is not None


ENTRIES = entries()


def test_there_are_messages_and_entries() -> None:
    assert len(messages()) > 100
    assert len(ENTRIES) > 40
    assert any("does not exist" in text for _, text in messages())
    assert all(len(entry.replace(GAP, "").strip()) >= 9 for entry in ENTRIES), "they are distinct"


def test_each_message_has_an_entry() -> None:
    missing = [
        f"{path}: {message}"
        for path, message in messages()
        if not any(fits(entry, message) for entry in ENTRIES)
    ]
    assert missing == []


def test_each_entry_is_about_a_message() -> None:
    texts = [message for _, message in messages()]
    superfluous = [entry for entry in ENTRIES if not any(fits(entry, text) for text in texts)]
    assert superfluous == []


def test_each_check_of_the_doctor_has_a_row() -> None:
    sources = "".join(path.read_text() for path in (PACKAGE / "doctor").glob("*.py"))
    checks = set(re.findall(r'(?:Finding\(|_add_finding\()\s*"([a-z0-9-]+)"', sources))
    assert {"key", "whitelist", "caa", "publication"} <= checks
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert set(rows) == checks
    assert State.FAILED.value in PAGE.read_text()
