"""``mijnhost challenges add`` and ``remove``."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_dns_mijnhost.cli.pending_challenges import PendingChallenges
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from certbot_dns_mijnhost.zone import TXTRecord, lock
from certbot_dns_mijnhost.zone.lock import default_directory

from .conftest import Shell

NAME = "_acme-challenge.example.nl"
BELOW = "_acme-challenge.www.example.nl"
ADD = ("challenges", "add")
REMOVE = ("challenges", "remove")

VARIANTS = {
    "append": Variants(patch="append"),
    "replace": Variants(patch="replace"),
    "replace, stale": Variants(patch="replace", stale_reads=2),
    "append, stale": Variants(patch="append", stale_reads=2),
    "no DELETE": Variants(patch="replace", delete="wrong_method"),
}


@pytest.fixture(autouse=True)
def own_lock_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "SYSTEM_DIRECTORY", tmp_path / "locks")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.parametrize("variants", VARIANTS.values(), ids=VARIANTS.keys())
def test_two_calls_add_two_values_and_two_others_remove_them(
    shell: Shell, variants: Variants
) -> None:
    shell.emulator.variants = variants
    before = shell.emulator.account.records("example.nl")
    for value in ("one", "two"):
        added = shell.run(*ADD, NAME, value)
        assert added.exit_code == 0, added.problems
        assert f"Added: {NAME} {value}" in added.out
    assert sorted(shell.values("TXT", NAME)) == ["one", "two"]
    for value in ("one", "two"):
        removed = shell.run(*REMOVE, NAME, value)
        assert removed.exit_code == 0, removed.problems
    assert shell.emulator.account.records("example.nl") == before


def test_a_listing_that_is_older_than_the_previous_call_costs_no_value(shell: Shell) -> None:
    before = shell.emulator.account.records("example.nl")
    shell.time.sleep(60)
    assert shell.run(*ADD, "--no-wait", NAME, "one").exit_code == 0
    # The next call reaches another replica.
    shell.emulator.variants = Variants(patch="replace", stale_seconds=30.0)
    assert shell.run(*ADD, "--no-wait", NAME, "two").exit_code == 0
    assert sorted(shell.values("TXT", NAME)) == ["one", "two"]
    for value in ("one", "two"):
        removed = shell.run(*REMOVE, NAME, value)
        assert removed.exit_code == 0, removed.problems
    assert shell.emulator.account.records("example.nl") == before


def test_several_pairs_in_one_call(shell: Shell) -> None:
    before = shell.emulator.account.records("example.nl")
    pairs = (NAME, "one", NAME, "two", BELOW, "three", NAME, "one")
    added = shell.run(*ADD, "--json", *pairs)
    assert added.exit_code == 0, added.problems
    assert [each["value"] for each in added.data["added"]] == ["one", "two", "three"]
    assert "served the challenge records" in added.data["seen"]
    removed = shell.run(*REMOVE, "--json", *pairs)
    assert len(removed.data["removed"]) == 3
    assert removed.data["not_removed"] == []
    assert shell.emulator.account.records("example.nl") == before


def test_adding_twice_and_removing_twice_is_the_same_as_once(shell: Shell) -> None:
    before = shell.emulator.account.records("example.nl")
    assert shell.run(*ADD, NAME, "one").exit_code == 0
    writes = len([method for method in shell.methods() if method != "GET"])
    assert shell.run(*ADD, NAME.upper() + ".", "one").exit_code == 0
    assert len([method for method in shell.methods() if method != "GET"]) == writes
    assert shell.values("TXT", NAME) == ["one"]
    assert shell.run(*REMOVE, NAME, "one").exit_code == 0
    assert shell.run(*REMOVE, NAME, "one").exit_code == 0
    assert shell.emulator.account.records("example.nl") == before


def test_what_a_sweep_removed_is_not_restored(shell: Shell) -> None:
    account = shell.emulator.account
    account.add_domain("challenges.nl", records=[])
    account.add_record("example.nl", "CNAME", f"{BELOW}.", "_acme-challenge.challenges.nl.", 300)
    shell.time.sleep(1.0)  # Until both name servers serve it.
    for name in (NAME, BELOW):
        assert shell.run(*ADD, name, "one").exit_code == 0
    assert shell.run("challenges", "sweep", "--yes", "--wait", "0").exit_code == 0
    for name in (NAME, BELOW):
        assert shell.run(*ADD, name, "two").exit_code == 0
    assert shell.values("TXT", NAME) == ["two"]
    assert shell.values("TXT", "_acme-challenge.challenges.nl", "challenges.nl") == ["two"]


@pytest.mark.parametrize("patch", ["append", "replace"])
def test_values_of_others_at_the_name_stay_and_no_test_record_does(
    shell: Shell, patch: str
) -> None:
    shell.emulator.variants = Variants(patch=patch)
    shell.emulator.account.add_record("example.nl", "TXT", f"{NAME}.", "of another client", 60)
    before = shell.emulator.account.records("example.nl")
    assert shell.run(*ADD, NAME, "one").exit_code == 0
    assert sorted(shell.values("TXT", NAME)) == ["of another client", "one"]
    assert len(shell.emulator.account.records("example.nl")) == len(before) + 1
    assert shell.run(*REMOVE, NAME, "one").exit_code == 0
    assert shell.emulator.account.records("example.nl") == before


def test_a_cname_is_followed_and_remembered_for_the_removal(shell: Shell) -> None:
    account = shell.emulator.account
    account.add_domain("challenges.nl", records=[])
    account.add_record("example.nl", "CNAME", f"{BELOW}.", "www.challenges.nl.", 300)
    shell.time.sleep(1.0)  # Until both name servers serve it.
    assert shell.run(*ADD, BELOW, "one").exit_code == 0
    assert shell.values("TXT", "www.challenges.nl", "challenges.nl") == ["one"]
    # Even if the CNAME is gone by then.
    account.delete_record("example.nl", "CNAME", f"{BELOW}.", "www.challenges.nl.")
    assert shell.run(*REMOVE, BELOW, "one").exit_code == 0
    assert account.records("challenges.nl") == []


@pytest.fixture
def other(shell: Shell) -> Iterator[Emulator]:
    """Name servers that know nothing of what is written through the API."""
    with Emulator(lags=(0.0,), clock=shell.time) as running:
        shell.write(nameservers=running.nameservers[0])
        yield running


def test_a_call_waits_for_the_values_of_earlier_calls_and_of_other_clients(
    shell: Shell, other: Emulator
) -> None:
    first = shell.run(*ADD, "--no-wait", NAME, "one")
    assert first.out == f"Added: {NAME} one\n"
    shell.emulator.account.add_record("example.nl", "TXT", f"{NAME}.", "other", 60)
    for served, exit_code in (("two",), 3), (("two", "one"), 3), (("two", "one", "other"), 0):
        for record in other.account.records("example.nl"):
            if record.name == f"{NAME}.":
                other.account.delete_record("example.nl", "TXT", record.name, record.value)
        for value in served:
            other.account.add_record("example.nl", "TXT", f"{NAME}.", value, 60)
        last = shell.run(*ADD, NAME, "two", "--propagation-seconds", "5")
        assert last.exit_code == exit_code, (served, last.problems)


def test_a_value_that_another_client_removes_meanwhile_is_not_waited_for(
    shell: Shell, other: Emulator
) -> None:
    account = shell.emulator.account
    account.add_record("example.nl", "TXT", f"{NAME}.", "other", 60)
    other.account.add_record("example.nl", "TXT", f"{NAME}.", "one", 60)

    def sleep(seconds: float) -> None:
        shell.time.sleep(seconds)
        if shell.time() > 10 and "other" in shell.values("TXT", NAME):
            account.delete_record("example.nl", "TXT", f"{NAME}.", "other")

    added = shell.run(*ADD, NAME, "one", "--propagation-seconds", "30", sleep=sleep)
    assert added.exit_code == 0, added.problems


@pytest.mark.usefixtures("other")
def test_what_is_not_served_in_time_is_removed_again(shell: Shell) -> None:
    before = shell.emulator.account.records("example.nl")
    failed = shell.run(*ADD, "--propagation-seconds", "1", NAME, "one", "--json")
    assert failed.exit_code == 3
    assert failed.problems.count("\n") == 1
    assert failed.problems.startswith("mijnhost: ")
    assert "error" in failed.data
    assert shell.emulator.account.records("example.nl") == before
    assert PendingChallenges(default_directory()).recent([NAME]) == []


@pytest.mark.usefixtures("other")
def test_what_cannot_be_removed_after_a_failure_is_named(shell: Shell) -> None:
    shell.emulator.faults.add(Fault.status(403, "Read-only key"), method="DELETE", times=None)
    failed = shell.run(*ADD, "--propagation-seconds", "1", NAME, "one")
    assert failed.exit_code == 3
    assert f'Could not remove the TXT record {NAME} ("one")' in failed.problems
    assert "mijnhost challenges sweep" in failed.problems


def test_a_failure_before_any_change_is_one_message(shell: Shell) -> None:
    shell.emulator.faults.add(Fault.status(403, "No access"), method="GET", times=None)
    failed = shell.run(*ADD, NAME, "one")
    assert failed.exit_code == 3
    assert failed.problems.count("No access") == 1
    assert "Could not remove" not in failed.problems, "there is nothing to remove"
    assert set(shell.methods()) == {"GET"}
    assert PendingChallenges(default_directory()).recent([NAME]) == []


def test_a_removal_that_fails_is_named(shell: Shell) -> None:
    assert shell.run(*ADD, NAME, "one").exit_code == 0
    shell.emulator.faults.add(Fault.status(403, "Read-only key"), method="DELETE", times=None)
    failed = shell.run(*REMOVE, NAME, "one", BELOW, "never-added", "--json")
    assert failed.exit_code == 1
    assert "Read-only key" in failed.problems
    assert [each["value"] for each in failed.data["not_removed"]]
    shell.emulator.faults.clear()
    assert shell.run(*REMOVE, NAME, "one").exit_code == 0


def test_a_record_that_no_listing_shows_yet_is_removed_all_the_same(shell: Shell) -> None:
    before = shell.emulator.account.records("example.nl")
    assert shell.run(*ADD, "--no-wait", NAME, "one").exit_code == 0
    shell.emulator.variants = Variants(stale_reads=3)
    shell.emulator.faults.add(Fault.bad_request("Something odd"), method="DELETE", times=1)
    removed = shell.run(*REMOVE, NAME, "one")
    assert removed.exit_code == 0, removed.problems
    assert shell.emulator.account.records("example.nl") == before


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([NAME], "NAME VALUE pairs are needed"),
        ([NAME, "one", BELOW], "3 arguments were given"),
        ([NAME, "with a space"], "without spaces"),
        ([NAME, ""], "without spaces"),
        ([NAME, "é"], "is not the value of a challenge"),
        (["_acme-challenge.example nl", "one"], "is not a domain name"),
        (["_acme-challenge", "one"], "is not a domain name"),
        (["", "one"], "is not a domain name"),
        (["*.example.nl", "one"], "is not a domain name"),
        (["example.nl", "google-site-verification=1"], "is not a name for ACME challenges"),
    ],
)
@pytest.mark.parametrize("action", ["add", "remove"])
def test_bad_input(shell: Shell, action: str, arguments: list[str], problem: str) -> None:
    refused = shell.run("challenges", action, *arguments)
    assert refused.exit_code == 2
    assert problem in refused.problems
    assert refused.problems.count("\n") == 1
    assert shell.emulator.requests == []


@pytest.mark.parametrize("action", ["add", "remove"])
def test_a_name_outside_the_account(shell: Shell, action: str) -> None:
    refused = shell.run("challenges", action, "_acme-challenge.example.org", "one")
    assert refused.exit_code == (3 if action == "add" else 1)
    assert refused.problems.count("example.org is not in the account of this API key") == 1
    assert refused.problems.count("\n") == 1


def test_a_name_without_the_usual_label_takes_a_value_of_a_challenge(shell: Shell) -> None:
    assert shell.run(*ADD, "--no-wait", "alias.example.nl", "v" * 43).exit_code == 0
    assert shell.values("TXT", "alias.example.nl") == ["v" * 43]


def own_domain(shell: Shell) -> str:
    """Return a domain that no other test on this machine uses: its lock is the machine's."""
    domain = f"example-{os.getpid()}.nl"
    shell.emulator.account.add_domain(domain)
    return domain


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_killed_call_says_what_may_be_left(
    shell: Shell, tmp_path: Path, how: signal.Signals
) -> None:
    domain = own_domain(shell)
    name = f"_acme-challenge.{domain}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "certbot_dns_mijnhost.cli", *ADD, name, "one"),
            *("--credentials", str(shell.credentials), "--backup-directory", str(tmp_path)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    while shell.values("TXT", name, domain) != ["one"]:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(how)
    out, problems = process.communicate()
    assert (process.returncode, out) == (130, "")
    command = re.search(r"Remove them: mijnhost (.*)$", problems)
    assert command is not None
    assert "Traceback" not in problems
    assert command[1] == f"challenges remove -- {name} one"
    assert shell.run(*REMOVE, name, "one").exit_code == 0
    assert shell.values("TXT", name, domain) == []


def test_certbot_is_not_needed(shell: Shell) -> None:
    name = f"_acme-challenge.{own_domain(shell)}"
    program = (
        "import sys\n"
        "for name in ('certbot', 'acme', 'josepy', 'zope'):\n"
        "    sys.modules[name] = None\n"
        "from certbot_dns_mijnhost.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", program, *ADD, "--no-wait", name, "one", "--json"]
    done = subprocess.run(
        [*command, "--credentials", str(shell.credentials)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["added"] == [TXTRecord(name, "one")._asdict()]
