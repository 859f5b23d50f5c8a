"""``mijnhost hook``: the calling conventions of other ACME clients."""

from __future__ import annotations

import base64
import hashlib

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Variants
from certbot_dns_mijnhost.zone import lock

from .conftest import Result, Shell

NAME = "_acme-challenge.example.nl"
VALUES = ("-" * 43, "b" * 43)
KEY_AUTHORIZATION = "-token.thumbprint"
CERTBOTS = ("DOMAIN", "VALIDATION", "TOKEN", "REMAINING_CHALLENGES", "ALL_DOMAINS")


@pytest.fixture(autouse=True)
def own_lock_directory(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path_factory.mktemp("run")
    monkeypatch.setattr(lock, "SYSTEM_DIRECTORY", directory / "locks")
    monkeypatch.setattr("tempfile.tempdir", str(directory))


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CERTBOTS:
        monkeypatch.delenv(f"CERTBOT_{name}", raising=False)


class Hook:
    """Calls the hook of a client with the arguments that the client gives."""

    def __init__(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shell = shell
        self.monkeypatch = monkeypatch

    def __call__(self, client: str, *arguments: str) -> Result:
        options = ("--credentials", str(self.shell.credentials))
        backups = ("--backup-directory", str(self.shell.directory / "copies"))
        return self.shell.run_as_is("hook", client, *options, *backups, *arguments)

    def certbot(self, action: str, **variables: str) -> Result:
        for name, value in variables.items():
            self.monkeypatch.setenv(f"CERTBOT_{name}", value)
        return self("certbot", action)

    @property
    def values(self) -> list[str]:
        return sorted(self.shell.values("TXT", NAME))


@pytest.fixture
def hook(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Hook:
    return Hook(shell, monkeypatch)


@pytest.fixture
def other(shell: Shell) -> Emulator:
    """Name servers that know nothing of what is written through the API."""
    other = Emulator(lags=(0.0,), clock=shell.time)
    other.start()
    shell.write(nameservers=other.nameservers[0])
    return other


def test_certbot_waits_once_for_the_challenges_of_all_domains(hook: Hook) -> None:
    before = hook.shell.emulator.account.records("example.nl")
    domains = {"ALL_DOMAINS": "example.nl,www.example.nl,example.nl"}
    calls = [("example.nl", VALUES[0]), ("www.example.nl", "c" * 43), ("example.nl", VALUES[1])]
    for number, (domain, value) in enumerate(calls):
        remaining = str(len(calls) - number - 1)
        asked = len(hook.shell.emulator.queries)
        done = hook.certbot(
            "auth", DOMAIN=domain, VALIDATION=value, REMAINING_CHALLENGES=remaining, **domains
        )
        assert (done.exit_code, done.out) == (0, ""), done.problems
        queried = {q.name for q in hook.shell.emulator.queries[asked:] if q.type == "TXT"}
        waited = {f"{NAME}.", "_acme-challenge.www.example.nl."} if remaining == "0" else set()
        assert queried == waited
    assert hook.values == sorted(VALUES)
    for domain, value in calls:
        done = hook.certbot("cleanup", DOMAIN=domain, VALIDATION=value, REMAINING_CHALLENGES="0")
        assert (done.exit_code, done.out, done.problems) == (0, "", "")
    assert hook.shell.emulator.account.records("example.nl") == before


def test_certbot_removes_what_failed_itself(hook: Hook, other: Emulator) -> None:
    failed = hook.certbot("auth", DOMAIN="example.nl", VALIDATION=VALUES[0])
    other.stop()
    assert failed.exit_code == 3
    assert failed.problems.count("\n") == 1
    assert hook.values == [VALUES[0]], "Certbot calls the cleanup hook"
    assert hook.certbot("cleanup").exit_code == 0
    assert hook.values == []


@pytest.mark.parametrize("action", [("present", "cleanup")])
@pytest.mark.parametrize("is_raw", [False, True], ids=["default", "RAW"])
@pytest.mark.parametrize("patch", ["append", "replace"])
def test_lego(hook: Hook, action: tuple[str, str], is_raw: bool, patch: str) -> None:
    hook.shell.emulator.variants = Variants(patch=patch)
    before = hook.shell.emulator.account.records("example.nl")
    digest = base64.urlsafe_b64encode(hashlib.sha256(KEY_AUTHORIZATION.encode()).digest())
    raw = ("--", "example.nl", "-token", KEY_AUTHORIZATION)
    mode = raw if is_raw else (f"{NAME}.", VALUES[0])
    done = hook("lego", action[0], *mode)
    assert (done.exit_code, done.out, done.problems) == (0, "", "")
    assert hook.values == [digest.decode().rstrip("=") if is_raw else VALUES[0]]
    done = hook("lego", action[1], *mode)
    assert (done.exit_code, done.out, done.problems) == (0, "", "")
    assert hook.shell.emulator.account.records("example.nl") == before


def test_an_old_lego_passes_the_ttl_too(hook: Hook) -> None:
    assert hook("lego", "present", f"{NAME}.", VALUES[0], "120").exit_code == 0
    assert hook.values == [VALUES[0]]
    assert hook("lego", "cleanup", f"{NAME}.", VALUES[0], "120").exit_code == 0
    assert hook.values == []


@pytest.mark.parametrize("is_chained", [True, False])
def test_dehydrated(hook: Hook, is_chained: bool) -> None:
    before = hook.shell.emulator.account.records("example.nl")
    triples = [("example.nl", "-file", value) for value in VALUES]
    chains = [sum(triples, ())] if is_chained else triples
    for action, expected in ("deploy_challenge", sorted(VALUES)), ("clean_challenge", []):
        for chain in chains:
            done = hook("dehydrated", action, *chain)
            assert (done.exit_code, done.out) == (0, ""), done.problems
        assert hook.values == expected
    assert hook.shell.emulator.account.records("example.nl") == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("this_hookscript_is_broken__dehydrated_is_working_fine__please_ignore_unknown_hooks",),
        ("startup_hook",),
        ("exit_hook", "an error"),
        ("generate_csr", "example.nl", "/certs", "example.nl www.example.nl"),
        ("deploy_cert", "example.nl", "key", "cert", "fullchain", "chain", "1"),
        ("invalid_challenge", "example.nl", "{}"),
        ("request_failure", "400", "why", "POST", "headers"),
    ],
)
def test_dehydrateds_other_hooks_do_nothing_and_need_no_key(
    hook: Hook, arguments: tuple[str, ...]
) -> None:
    hook.shell.credentials.unlink()
    done = hook("dehydrated", *arguments)
    assert (done.exit_code, done.out, done.problems) == (0, "", "")
    assert hook.shell.emulator.requests == []


def test_dehydrated_is_left_nothing_to_clean_if_a_challenge_cannot_be_deployed(
    hook: Hook, other: Emulator
) -> None:
    before = hook.shell.emulator.account.records("example.nl")
    failed = hook("dehydrated", "deploy_challenge", "example.nl", "file", VALUES[0])
    other.stop()
    assert failed.exit_code == 3
    assert hook.shell.emulator.account.records("example.nl") == before


@pytest.mark.parametrize("end", ["done", "failed"])
def test_uacme(hook: Hook, end: str) -> None:
    before = hook.shell.emulator.account.records("example.nl")
    challenge = ("dns-01", "example.nl", "-token", VALUES[0])
    done = hook("uacme", "begin", *challenge)
    assert (done.exit_code, done.out, done.problems) == (0, "", "")
    assert hook.values == [VALUES[0]]
    assert hook("uacme", end, *challenge).exit_code == 0
    assert hook.shell.emulator.account.records("example.nl") == before


@pytest.mark.parametrize("kind", ["http-01", "tls-alpn-01"])
def test_uacme_is_told_to_try_the_next_type(hook: Hook, kind: str) -> None:
    declined = hook("uacme", "begin", kind, "example.nl", "token", "value")
    assert (declined.exit_code, declined.out, declined.problems) == (1, "", "")
    assert hook.shell.emulator.requests == []


@pytest.mark.parametrize(
    ("client", "arguments", "problem"),
    [
        ("certbot", ("auth",), "The variable CERTBOT_DOMAIN is not set"),
        ("certbot", (), "not the arguments that certbot gives"),
        ("certbot", ("renew",), "not the arguments that certbot gives"),
        ("lego", (), "not the arguments that lego gives"),
        ("lego", ("timeout",), "not the arguments that lego gives"),
        ("lego", ("present",), "not the arguments that lego gives"),
        ("lego", ("present", f"{NAME}."), "not the arguments that lego gives"),
        ("lego", ("present", f"{NAME}.", VALUES[0], "a", "b"), "not the arguments that lego"),
        ("lego", ("present", "--", "example.nl", "token"), "not the arguments that lego gives"),
        ("lego", ("present", f"{NAME}.", "with a space"), "without spaces"),
        ("dehydrated", (), "not the arguments that dehydrated gives"),
        ("dehydrated", ("deploy_challenge",), "not the arguments that dehydrated gives"),
        ("dehydrated", ("clean_challenge", "a.nl", "file"), "not the arguments that dehydrated"),
        ("dehydrated", ("deploy_challenge", "a.nl", "file", "a.b"), "CHALLENGETYPE"),
        ("dehydrated", ("deploy_challenge", "a b.nl", "file", VALUES[0]), "not a domain name"),
        ("uacme", (), "not the arguments that uacme gives"),
        ("uacme", ("begin", "dns-01", "a.nl", "token"), "not the arguments that uacme gives"),
        ("uacme", ("start", "dns-01", "a.nl", "token", "v"), "not the arguments that uacme"),
        ("uacme", ("begin", "dns-01", "a.nl", "token", "a b"), "without spaces"),
    ],
)
def test_bad_input(hook: Hook, client: str, arguments: tuple[str, ...], problem: str) -> None:
    refused = hook(client, *arguments)
    assert refused.exit_code == 2
    assert problem in refused.problems
    assert refused.problems.count("\n") == 1
    assert refused.out == ""
    assert hook.shell.emulator.requests == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"DOMAIN": "example.nl"}, "CERTBOT_VALIDATION is not set"),
        ({"DOMAIN": "", "VALIDATION": VALUES[0]}, "CERTBOT_DOMAIN is not set"),
        ({"DOMAIN": "example.nl", "VALIDATION": "with a space"}, "without spaces"),
        ({"DOMAIN": "example.nl", "VALIDATION": VALUES[0], "TOKEN": "t"}, "--preferred-challenges"),
    ],
)
@pytest.mark.parametrize("action", ["auth", "cleanup"])
def test_certbots_variables_are_missing_or_of_another_challenge(
    hook: Hook, action: str, variables: dict[str, str], problem: str
) -> None:
    refused = hook.certbot(action, **variables)
    assert refused.exit_code == 2
    assert problem in refused.problems
    assert refused.problems.count("\n") == 1


CALLS = [
    ("lego", ("present", "_acme-challenge.example.org.", VALUES[0])),
    ("dehydrated", ("deploy_challenge", "example.org", "file", VALUES[0])),
    ("uacme", ("begin", "dns-01", "example.org", "token", VALUES[0])),
]


@pytest.mark.parametrize(("client", "arguments"), CALLS, ids=[client for client, _ in CALLS])
def test_a_name_outside_the_account(hook: Hook, client: str, arguments: tuple[str, ...]) -> None:
    refused = hook(client, *arguments)
    assert refused.exit_code == 3
    assert "example.org is not in the account" in refused.problems
    assert refused.problems.count("\n") == 1
    assert refused.out == ""
