"""Each mistake ends in exit code 1 and one clear message, soon, without traceback or key."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from tests.support.certbot import CertbotUser

pytestmark = pytest.mark.e2e

Prepare = Callable[[CertbotUser], None]


def _remove(user: CertbotUser) -> None:
    user.credentials.unlink()


def _folder(user: CertbotUser) -> None:
    user.credentials.unlink()
    user.credentials.mkdir()


def _text(text: str) -> Prepare:
    return lambda user: (user.credentials.write_text(text), None)[1]


def _with(**settings: str) -> Prepare:
    return lambda user: (user.write(**settings), None)[1]


def _variants(variants: Variants) -> Prepare:
    return lambda user: setattr(user.emulator, "variants", variants)


def _fault(fault: Fault) -> Prepare:
    return lambda user: user.emulator.faults.add(fault, times=None)


def _not_managed(user: CertbotUser) -> None:
    user.domain = "elsewhere.nl"
    if "elsewhere.nl" not in [domain.name for domain in user.emulator.account.domains()]:
        user.emulator.account.add_domain(user.domain, managed_dns=False)


def _not_in_account(user: CertbotUser) -> None:
    user.domain = f"no{user.domain}"


def _closed_port(user: CertbotUser) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        user.write(api_url=f"http://127.0.0.1:{bound.getsockname()[1]}/api/v2")


def _hang(user: CertbotUser) -> None:
    user.write(timeout="0.2")
    user.emulator.faults.add(Fault.hang(), times=None)


CASES: dict[str, tuple[Prepare, str]] = {
    "missing file": (_remove, "does not exist"),
    "a folder": (_folder, "is a directory"),
    "empty file": (_text(""), "is empty"),
    "no text": (
        lambda user: (user.credentials.write_bytes(b"\xff\xfe\x00"), None)[1],
        "not a text",
    ),
    "no key": (_text("dns_mijnhost_ttl = 60\n"), "has no dns_mijnhost_api_key"),
    "empty key": (_text("dns_mijnhost_api_key =\n"), "has no value for dns_mijnhost_api_key"),
    "nothing but the key": (_text("a-key-without-its-name\n"), "Line 1 of the credentials file"),
    "key with a space": (_with(api_key="half-a-key other-half"), "spaces, line breaks"),
    "key with a line break": (
        _with(api_key='"""half-a-key\nother-half"""'),
        "credentials file|line",
    ),
    "wrong key": (_with(api_key="wrong-key"), "No valid API key set"),
    "whitelist": (
        _variants(Variants(whitelist_refused=True)),
        "`mijnhost doctor` shows the address",
    ),
    "domain not in the account": (_not_in_account, "is not in the account"),
    "DNS not managed": (_not_managed, "default-mijnhost"),
    "API unreachable": (_closed_port, "Connection refused"),
    "API slow": (_hang, "in time"),
    "HTML": (_fault(Fault.html()), "not the API's JSON"),
    "truncated JSON": (_fault(Fault.truncated()), "not the API's JSON"),
    "redirect": (_fault(Fault.redirect("https://example.com/")), "redirect"),
    "plain HTTP elsewhere": (_with(api_url="http://example.com/api/v2"), "https://"),
    "TTL": (_with(ttl="soon"), "dns_mijnhost_ttl"),
    "propagation seconds": (_with(propagation_seconds="-1"), "dns_mijnhost_propagation_seconds"),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes_end_in_one_clear_message(user: CertbotUser, case: str) -> None:
    prepare, words = CASES[case]
    prepare(user)
    failed = user.obtain("")
    assert failed.exit_code == 1, failed.output
    assert any(word in failed.output for word in words.split("|")), failed.output
    assert "Traceback" not in failed.output
    for secret in (user.key, "half-a-key", "wrong-key", "a-key-without-its-name"):
        assert secret not in failed.output
        assert secret not in failed.log


def test_an_unreadable_file(user: CertbotUser) -> None:
    # No user can read this file from its start, not even root.
    user.credentials = Path("/proc/self/mem")
    failed = user.obtain("")
    assert failed.exit_code == 1
    assert "Input/output error" in failed.output
    assert "make the file readable" in failed.output
    assert "Traceback" not in failed.output


def test_credentials_directory_is_not_searched(user: CertbotUser, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "mijnhost.ini"
    failed = user.certbot.obtain(missing, [user.domain])
    assert failed.exit_code == 1
    assert str(missing) in failed.output
