"""Domains as users type them: Certbot's spellings are accepted, all others refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import InvalidInputError
from certbot_dns_mijnhost.cli.user_input import parse_domain, parse_domains

from .conftest import Shell


def names_of(shell: Shell, *arguments: str) -> set[str]:
    """Return the names that the doctor examined."""
    found = shell.run("doctor", *arguments, "--no-write", "--json")
    assert found.exit_code in {0, 1}, found.problems
    return {each["domain"] for each in found.data["findings"] if each.get("domain")}


@pytest.mark.parametrize(
    "arguments",
    [
        ("-d", "example.nl,xn--bcher-kva.nl"),
        ("-d", "example.nl, xn--bcher-kva.nl,"),
        ("-d", "example.nl xn--bcher-kva.nl"),
        ("-d", "example.nl", "-d", "xn--bcher-kva.nl"),
        ("-dexample.nl", "--domain", "xn--bcher-kva.nl"),
        ("--domains", "example.nl", "--domain=xn--bcher-kva.nl"),
        ("--domains=EXAMPLE.NL.,XN--BCHER-KVA.NL..",),
        ("-d", "example.nl,b\u00fccher.nl"),
        ("-d", "example.nl,B\u00dcCHER\u3002NL"),
        ("-d", "example.nl,example.nl.", "-d", "xn--bcher-kva.nl"),
    ],
    ids=str,
)
def test_the_doctor_takes_names_as_certbot_does(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.emulator.account.add_domain("xn--bcher-kva.nl")
    assert names_of(shell, *arguments) == {"example.nl", "xn--bcher-kva.nl"}


def test_the_sweep_takes_domains_in_the_same_ways(shell: Shell) -> None:
    shell.emulator.account.add_domain("example.com")
    shell.emulator.account.add_domain("example.org")
    for domain in ("example.nl", "example.com", "example.org"):
        name = f"_acme-challenge.{domain}."
        shell.emulator.account.add_record(domain, "TXT", name, "x" * 43, 60)
    swept = shell.run(
        *("challenges", "sweep", "--domains", "Example.NL., example.com..", "--yes", "--wait", "0"),
        "--json",
    )
    assert swept.exit_code == 0, swept.problems
    assert {each["name"] for each in swept.data["removed"]} == {
        "_acme-challenge.example.nl",
        "_acme-challenge.example.com",
    }
    assert shell.values("TXT", "_acme-challenge.example.org", "example.org")


@pytest.mark.parametrize("empty", ["", " ", ",", " , "])
@pytest.mark.parametrize("command", [("doctor",), ("challenges", "sweep", "--yes", "--wait", "0")])
def test_an_empty_name_is_not_all_domains(
    shell: Shell, command: tuple[str, ...], empty: str
) -> None:
    failed = shell.run(*command, "-d", empty, "--json")
    assert failed.exit_code == 2
    assert "-d has no domain" in failed.data["error"]
    assert shell.methods() == []


@pytest.mark.parametrize("typed", ["example.nl.", "example.nl..", " Example.NL "])
def test_what_is_unambiguous_is_cleaned(shell: Shell, typed: str) -> None:
    assert shell.run("records", "list", typed).out == shell.run("records", "list", "example.nl").out
    assert shell.run("records", "add", typed, "A", "x", "192.0.2.1").exit_code == 0
    assert shell.values("A", "x.example.nl") == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("example..nl", "it has two dots in a row"),
        (".example.nl", "it begins with a dot"),
        ("..example.nl", "it begins with a dot"),
        (".", "it is empty"),
        ("...", "it is empty"),
        ("", "it is empty"),
        (f"{'x' * 64}.nl", "is longer than 63 characters"),
        ("\u00fc" * 62 + ".nl", "is longer than 63 characters"),
        (".".join(["x" * 60] * 5), "it is longer than 253 characters"),
        ("https://example.nl/", "is a URL"),
        ("example.nl/", "it contains '/'"),
        ("admin@example.nl", "it contains '@'"),
        (":/\u00fc/", "it contains ':'"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("records", "list", "DOMAIN"),
        ("records", "add", "DOMAIN", "A", "x", "192.0.2.1"),
        ("records", "delete", "DOMAIN", "A", "x", "--yes"),
        ("zone", "backup", "DOMAIN", "-o", "-"),
        ("zone", "diff", "DOMAIN", "nowhere.json"),
        ("doctor", "-d", "DOMAIN"),
        ("challenges", "sweep", "-d", "DOMAIN"),
    ],
    ids=lambda value: " ".join(value[:2]),
)
def test_a_name_that_is_not_a_domain_is_refused_with_the_reason(
    shell: Shell, command: tuple[str, ...], typed: str, words: str
) -> None:
    failed = shell.run(*(each.replace("DOMAIN", typed) for each in command), "--json")
    assert failed.exit_code == 2, failed.out
    assert words in failed.data["error"] or "-d has no domain" in failed.data["error"]
    assert failed.data["error"].endswith("."), "a sentence"
    assert shell.methods() == []


@pytest.mark.parametrize("name", ["a..b", ".a", "a..example.nl", "..", "x" * 64, f"{'x' * 64}.b"])
def test_a_record_name_with_an_empty_or_long_label(shell: Shell, name: str) -> None:
    for command in (
        ("records", "add", "example.nl", "A", name, "192.0.2.1"),
        ("records", "delete", "example.nl", "A", name, "--yes"),
        ("records", "list", "example.nl", "--name", name),
    ):
        failed = shell.run(*command)
        assert failed.exit_code == 2, failed.out
        assert "is not a domain name" in failed.problems or "The name is empty" in failed.problems
    assert "PATCH" not in shell.methods()


@example(":/\u00fc/")
@given(st.text(st.sampled_from("ab.-*\u00fc\u3002 ,\t\udcff/:@"), max_size=80))
def test_any_text_is_a_domain_or_our_error(text: str) -> None:
    for typed in ([text], [f"example.nl,{text}"], [text, text]):
        try:
            names = parse_domains(typed)
        except InvalidInputError:
            continue
        assert names
        for name in names:
            assert name.isascii()
            assert all(0 < len(label) <= 63 for label in name.split("."))
            assert name == parse_domain(name)
