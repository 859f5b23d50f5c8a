"""Records that cannot be read or sent back exactly, as the command shows and copies them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Shell

NULL: dict[str, Any] = {"type": "TXT", "name": "odd.example.nl.", "value": None, "ttl": "soon"}
ZERO: dict[str, Any] = {"type": "A", "name": "zero.example.nl.", "value": "192.0.2.9", "ttl": 0}
NO_RECORD = "odd.example.nl. A 192.0.2.9"


@pytest.fixture
def odd(shell: Shell) -> Shell:
    shell.emulator.account.find("example.nl").odd_entries[:] = [NULL, ZERO, NO_RECORD]
    return shell


def test_list_shows_them_as_they_are(odd: Shell) -> None:
    shown = odd.run("records", "list", "example.nl")
    assert shown.exit_code == 0
    rows = [line.split() for line in shown.out.splitlines()]
    assert ["odd.example.nl", '"soon"', "TXT", "null"] in rows
    assert ["zero.example.nl", "0", "A", "192.0.2.9"] in rows
    first, second = shown.problems.splitlines()
    assert 'TXT odd.example.nl. (value: null, ttl: "soon")' in first
    assert "skipped entry 3" in second
    assert "until then the zone cannot be rewritten" in first


def test_list_gives_machines_what_the_api_listed(odd: Shell) -> None:
    data = odd.run("records", "list", "example.nl", "--json").data
    found = {each["name"]: each for each in data}
    wanted = {"type": "TXT", "name": "odd.example.nl", "value": None, "ttl": "soon"}
    assert found["odd.example.nl"] == wanted
    assert found["zero.example.nl"]["ttl"] == 0


def test_a_backup_holds_them_and_the_other_commands_accept_it(odd: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    done = odd.run("zone", "backup", "example.nl", "--output", str(copy))
    assert done.exit_code == 0
    assert "TXT odd.example.nl." in done.problems
    content = json.loads(copy.read_text())
    assert NULL in content["records"]
    assert ZERO in content["records"]
    assert content["unreadable"] == [NO_RECORD]

    same = odd.run("zone", "diff", "example.nl", str(copy))
    assert (same.exit_code, same.out) == (0, "No difference.\n")
    assert odd.run("zone", "restore", "example.nl", str(copy), "--yes").exit_code == 0
    odd.emulator.account.delete_record("example.nl", "AAAA", "example.nl.", "2001:db8::10")
    restored = odd.run("zone", "restore", "example.nl", str(copy), "--yes")
    assert restored.exit_code == 0
    assert odd.values("AAAA", "example.nl") == ["2001:db8::10"]
    assert "PUT" not in odd.methods()


def test_what_cannot_be_restored_is_named_and_the_rest_restored(odd: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    odd.run("zone", "backup", "example.nl", "--output", str(copy))
    odd.emulator.account.find("example.nl").odd_entries.clear()
    odd.emulator.account.delete_record("example.nl", "AAAA", "example.nl.", "2001:db8::10")
    content = json.loads(copy.read_text())
    content["records"].remove(ZERO)
    copy.write_text(json.dumps(content))

    restored = odd.run("zone", "restore", "example.nl", str(copy), "--yes", "--json")
    assert restored.exit_code == 1
    assert "Cannot restore TXT odd.example.nl. (value: null" in restored.problems
    assert odd.values("AAAA", "example.nl") == ["2001:db8::10"]
    assert restored.data["missing"] == [NULL]

    again = odd.run("zone", "restore", "example.nl", str(copy), "--yes", "--json")
    assert again.exit_code == 1
    assert again.data["restored"] is False


def test_a_restored_record_keeps_a_ttl_that_new_ones_cannot_have(
    odd: Shell, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    odd.run("zone", "backup", "example.nl", "--output", str(copy))
    odd.emulator.account.find("example.nl").odd_entries.clear()
    refused = odd.run("zone", "restore", "example.nl", str(copy), "--yes")
    # It was sent: this API refuses it, not the client.
    assert "the API answered 400" in refused.problems
    assert "run the same command again" in refused.problems


def test_delete_reports_a_value_that_cannot_be_sent(odd: Shell) -> None:
    done = odd.run("records", "delete", "example.nl", "TXT", "odd", "--yes")
    assert done.exit_code == 1
    assert "Could not remove odd.example.nl <null>" in done.problems
    assert "cannot be read" in done.problems
    assert len(odd.methods()) < 10
    assert "DELETE" not in odd.methods()


def test_delete_a_record_whose_ttl_cannot_be_read(odd: Shell) -> None:
    listed = {**NULL, "value": "text"}
    odd.emulator.account.find("example.nl").odd_entries[:] = [listed]
    done = odd.run("records", "delete", "example.nl", "TXT", "odd", "text", "--yes")
    assert "DELETE" in odd.methods()
    assert "Could not remove" in done.problems, "the emulator keeps such entries"


def test_sweep_shows_a_challenge_as_it_is(odd: Shell) -> None:
    name = "_acme-challenge.example.nl."
    odd.emulator.account.find("example.nl").odd_entries[:] = [{**NULL, "name": name}]
    odd.emulator.account.add_record("example.nl", "TXT", name, "left")
    done = odd.run("challenges", "sweep", "--domain", "example.nl", "--yes", "--wait", "0")
    assert "_acme-challenge.example.nl  <null>" in done.out
    assert "Removed: 1" in done.out
    assert odd.values("TXT", "_acme-challenge.example.nl") == []
    assert "value: null" in done.problems
    assert done.exit_code == 1
