"""``mijnhost challenges sweep``."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants

from .conftest import Shell

STALE = [
    ("_acme-challenge.example.nl.", "left-1"),
    ("_acme-challenge.www.example.nl.", "left-2"),
    ("_mijnhost-probe-12ab.example.nl.", "probe-1"),
]


@pytest.fixture
def stale(shell: Shell) -> Shell:
    shell.emulator.account.add_domain("example.com")
    for name, value in STALE:
        shell.emulator.account.add_record("example.nl", "TXT", name, value)
    cname = ("CNAME", "_acme-challenge.delegated.example.nl.", "x.example.com.")
    shell.emulator.account.add_record("example.nl", *cname)
    return shell


def test_they_are_listed_and_kept_without_confirmation(stale: Shell) -> None:
    before = stale.emulator.account.records("example.nl")
    listed = stale.run("challenges", "sweep")
    assert listed.exit_code == 1
    for name, value in STALE:
        assert name.rstrip(".") in listed.out
        assert value in listed.out
    assert "delegated" not in listed.out
    assert stale.emulator.account.records("example.nl") == before


def test_confirmed_records_are_removed_and_all_others_kept(stale: Shell) -> None:
    before = set(stale.emulator.account.records("example.nl"))
    swept = stale.run("challenges", "sweep", "--yes", "--wait", "0", "--json")
    assert swept.exit_code == 0, swept.problems
    assert len(swept.data["removed"]) == 3
    gone = before - set(stale.emulator.account.records("example.nl"))
    assert {(record.name, record.value) for record in gone} == set(STALE)


def test_a_value_like_a_challenge_at_another_name_is_never_swept(stale: Shell) -> None:
    value = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
    for name in ("acme.example.nl.", "example.nl.", "_dnsauth.example.nl."):
        stale.emulator.account.add_record("example.nl", "TXT", name, value)
    swept = stale.run("challenges", "sweep", "--yes", "--wait", "0", "--json")
    assert swept.exit_code == 0, swept.problems
    assert value not in swept.out
    present = stale.emulator.account.records("example.nl")
    assert sum(record.value == value for record in present) == 3


@pytest.mark.parametrize(
    "name", ["_validation-persist.example.nl.", "_validation-persist.www.example.nl."]
)
def test_a_standing_authorization_is_never_swept(stale: Shell, name: str) -> None:
    value = "ca.example; accounturi=https://ca.example/acct/1; persistUntil=1"
    stale.emulator.account.add_record("example.nl", "TXT", name, value)
    swept = stale.run("challenges", "sweep", "--yes", "--wait", "0", "--json")
    assert swept.exit_code == 0, swept.problems
    assert "_validation-persist" not in swept.out
    assert value in [record.value for record in stale.emulator.account.records("example.nl")]


@pytest.mark.parametrize(("answer", "gone"), [("1, 3", 2), ("all", 3), ("none", 0), ("9", 0)])
def test_records_can_be_chosen(
    stale: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, gone: int
) -> None:
    monkeypatch.setattr("certbot_dns_mijnhost.cli.output.Terminal.answer", lambda *_: answer)
    before = stale.emulator.account.records("example.nl")
    swept = stale.run("challenges", "sweep", "-d", "example.nl")
    assert swept.exit_code == (0 if gone == 3 else 1)
    assert len(before) - len(stale.emulator.account.records("example.nl")) == gone


def test_records_that_vanish_during_the_wait_are_in_use(stale: Shell) -> None:
    def sleep(seconds: float) -> None:
        if seconds == 60:
            stale.emulator.account.delete_record("example.nl", "TXT", *STALE[0])
        stale.time.sleep(seconds)

    listed = stale.run("challenges", "sweep", "--wait", "60", sleep=sleep)
    assert listed.out.count("left-1") == 0
    assert listed.out.count("left-2") == 1


def test_nothing_stale(shell: Shell) -> None:
    swept = shell.run("challenges", "sweep")
    assert (swept.exit_code, swept.out) == (0, "No leftover challenge records found.\n")


def test_an_unreadable_zone_is_reported_and_the_others_are_swept(stale: Shell) -> None:
    stale.emulator.account.add_domain("elsewhere.nl", managed_dns=False)
    swept = stale.run("challenges", "sweep", "--yes", "--wait", "0")
    assert swept.exit_code == 3
    assert "Could not read the zone elsewhere.nl" in swept.problems
    assert "Removed: 3" in swept.out


def test_records_that_could_not_be_removed_are_reported(stale: Shell) -> None:
    stale.emulator.faults.add(Fault.status(403, "Read-only key"), method="DELETE", times=None)
    swept = stale.run("challenges", "sweep", "--yes", "--wait", "0", "--json")
    assert swept.exit_code == 1
    assert swept.data["removed"] == []
    assert "Could not remove _acme-challenge.example.nl left-1" in swept.problems


def test_nothing_is_removed_unseen_without_a_word_about_those_in_use(stale: Shell) -> None:
    before = stale.emulator.account.records("example.nl")
    refused = stale.run("challenges", "sweep", "--yes")
    assert refused.exit_code == 2
    assert "--wait 900" in refused.problems
    assert stale.emulator.account.records("example.nl") == before


def test_a_zone_that_fails_in_the_middle_does_not_hide_what_was_done(stale: Shell) -> None:
    path = "/api/v2/domains/example.com/dns"
    account = stale.emulator.account
    account.add_record("example.com", "TXT", "_acme-challenge.example.com.", "left-3")
    # After the two readings that found it.
    stale.emulator.faults.add(Fault.status(403, "No more"), path=path, times=None, skip=2)
    swept = stale.run("challenges", "sweep", "--yes", "--wait", "0", "--json")
    assert swept.exit_code == 1
    assert "Could not remove the records from example.com" in swept.problems
    assert {entry["value"] for entry in swept.data["removed"]} == {value for _, value in STALE}
    assert len(swept.data["found"]) == 4


def test_a_domain_is_swept_once_however_it_is_spelt(stale: Shell) -> None:
    listed = stale.run("challenges", "sweep", "-d", "example.nl", "-d", "EXAMPLE.NL.", "--json")
    assert len(listed.data["found"]) == len(STALE)


def test_what_was_not_read_is_not_called_clean(shell: Shell) -> None:
    swept = shell.run("challenges", "sweep", "-d", "example.org")
    assert swept.exit_code == 3
    assert "No challenge records" not in swept.out


def test_a_key_that_may_not_list_domains_sweeps_those_of_the_settings(stale: Shell) -> None:
    stale.emulator.variants = Variants(listing_forbidden=True)
    stale.write(zone="example.nl, example.com")
    listed = stale.run("challenges", "sweep", "--json")
    assert len(listed.data["found"]) == len(STALE), listed.problems
