"""``mijnhost zone``: save, compare and restore zones."""

from __future__ import annotations

import codecs
import json
import resource
import signal
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from certbot_dns_mijnhost.emulator.zone import default_records

from .conftest import Shell


@pytest.fixture
def copy(shell: Shell, tmp_path: Path) -> str:
    path = str(tmp_path / "copy.json")
    assert shell.run("zone", "backup", "example.nl", "-o", path).exit_code == 0
    shell.emulator.requests.clear()
    return path


def test_backup_is_for_its_owner_alone_and_overwrites_nothing(shell: Shell, copy: str) -> None:
    path = Path(copy)
    assert path.stat().st_mode & 0o077 == 0
    content = json.loads(path.read_text())
    assert content["zone"] == "example.nl"
    assert len(content["records"]) == 6
    again = shell.run("zone", "backup", "example.nl", "-o", copy)
    assert again.exit_code == 2
    assert "already exists" in again.problems


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_copy_that_an_editor_saved_is_read(
    shell: Shell, copy: str, start: bytes, end: bytes
) -> None:
    path = Path(copy)
    path.write_bytes(start + path.read_bytes().rstrip().replace(b"\n", end))
    assert shell.run("zone", "diff", "example.nl", copy).exit_code == 0


def test_a_copy_in_utf_16_is_named_so(shell: Shell, copy: str) -> None:
    path = Path(copy)
    path.write_bytes(path.read_text().encode("utf-16"))
    failed = shell.run("zone", "restore", "example.nl", copy, "--yes")
    assert failed.exit_code == 2
    assert f"{copy}: it is not a text file in UTF-8: it is encoded as UTF-16" in failed.problems


def test_backup_has_a_name_of_its_own(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = shell.run("zone", "backup", "example.nl", "--json")
    assert Path(done.data["file"]).name.startswith("example.nl-20")
    assert json.loads(shell.run("zone", "backup", "example.nl", "-o", "-").out)["records"]


def test_a_copy_has_values_that_are_not_text(shell: Shell, tmp_path: Path) -> None:
    value = '"x\\ud800y"'
    record = f'{{"type":"TXT","name":"x.example.nl.","value":{value},"ttl":60}}'
    body = f'{{"status":200,"status_description":"","data":{{"records":[{record}]}}}}'
    shell.emulator.faults.add(Fault.raw(body.encode()), times=None)
    path = tmp_path / "copy.json"
    done = shell.run("zone", "backup", "example.nl", "-o", str(path))
    assert done.exit_code == 0, done.problems
    assert value in path.read_text()
    assert shell.run("zone", "diff", "example.nl", str(path)).exit_code == 0
    shell.emulator.faults.clear()
    shell.emulator.faults.add(Fault.raw(body.encode()), times=2)
    path.write_text(path.read_text().replace("60", "300"))
    failed = shell.run("zone", "restore", "example.nl", str(path), "--yes")
    [saved] = (shell.directory / "copies").glob("*.json")
    assert value in saved.read_text()
    assert failed.exit_code == 3


def test_half_a_copy_is_not_left(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "copy.json"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        failed = shell.run("zone", "backup", "example.nl", "-o", str(path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert failed.exit_code == 2
    assert "File too large. Use another file." in failed.problems
    assert not path.exists()


def test_no_difference(shell: Shell, copy: str) -> None:
    shell.emulator.variants = Variants(final_dot=False, quoted_txt=True, name_case="upper")
    same = shell.run("zone", "diff", "example.nl", copy)
    assert (same.exit_code, same.out) == (0, "No difference.\n")


def change(shell: Shell) -> None:
    account = shell.emulator.account
    account.delete_record("example.nl", "MX", "example.nl.", "10 mail.example.nl.")
    account.add_record("example.nl", "A", "new.example.nl.", "192.0.2.99")
    account.delete_record("example.nl", "A", "mail.example.nl.", "192.0.2.25")
    account.add_record("example.nl", "A", "mail.example.nl.", "192.0.2.25", 60)


def test_differences_are_shown(shell: Shell, copy: str) -> None:
    change(shell)
    different = shell.run("zone", "diff", "example.nl", copy)
    assert different.exit_code == 1
    assert different.out.splitlines() == [
        "- example.nl MX 10 mail.example.nl.",
        "+ new.example.nl A 192.0.2.99",
        "~ mail.example.nl A 192.0.2.25: TTL 60 instead of 3600",
    ]
    data = shell.run("zone", "diff", "example.nl", copy, "--json").data
    assert [len(data[kind]) for kind in ("missing", "extra", "changed")] == [1, 1, 1]


@pytest.mark.parametrize("patch", ["replace", "append"])
def test_restore_shows_asks_and_puts_back_by_single_records(
    shell: Shell, copy: str, patch: str
) -> None:
    shell.emulator.variants = Variants(patch=patch)
    change(shell)
    before = shell.emulator.account.records("example.nl")
    refused = shell.run("zone", "restore", "example.nl", copy)
    assert refused.exit_code == 1
    assert "- example.nl MX 10 mail.example.nl." in refused.out
    assert "Nothing was changed" in refused.problems
    assert shell.emulator.account.records("example.nl") == before
    done = shell.run("zone", "restore", "example.nl", copy, "--yes")
    assert done.exit_code == 0, done.problems
    expected = set(default_records("example.nl."))
    extra = set(shell.emulator.account.records("example.nl")) - expected
    assert {record.name for record in extra} == {"new.example.nl."}
    assert expected < set(shell.emulator.account.records("example.nl"))
    assert "PUT" not in shell.methods()
    [saved] = (shell.directory / "copies").glob("example.nl-*.json")
    assert "new.example.nl." in saved.read_text()


def test_restore_exactly_removes_what_came_since(shell: Shell, copy: str) -> None:
    change(shell)
    done = shell.run("zone", "restore", "example.nl", copy, "--yes", "--exact", "--json")
    assert done.exit_code == 0, done.problems
    [saved] = (shell.directory / "copies").glob("*.json")
    rest: dict[str, object] = {"missing": [], "extra": [], "changed": []}
    assert done.data == {**rest, "restored": True, "saved": str(saved)}
    assert set(shell.emulator.account.records("example.nl")) == set(default_records("example.nl."))


@pytest.mark.parametrize(
    ("type_", "name", "value"),
    [
        ("A", "x.example.nl.", "no-address"),
        ("TXT", "x.example.com.", "of another zone"),
    ],
)
def test_invalid_records_of_a_copy_are_refused_before_anything_is_removed(
    shell: Shell, tmp_path: Path, type_: str, name: str, value: str
) -> None:
    record = {"type": type_, "name": name, "value": value, "ttl": 60}
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"zone": "example.nl", "records": [record]}))
    failed = shell.run("zone", "restore", "example.nl", str(path), "--yes", "--exact")
    assert failed.exit_code == 2
    assert f"Cannot restore the copy's record {type_} {name}" in failed.problems
    assert "Nothing was changed" in failed.problems
    assert set(shell.emulator.account.records("example.nl")) == set(default_records("example.nl."))
    assert set(shell.methods()) == {"GET"}


def test_nothing_is_removed_if_the_copy_cannot_be_restored(shell: Shell, copy: str) -> None:
    change(shell)
    shell.emulator.faults.add(Fault.status(403, "Read-only key"), method="PATCH", times=None)
    failed = shell.run("zone", "restore", "example.nl", copy, "--yes", "--exact")
    assert failed.exit_code == 3
    [saved] = (shell.directory / "copies").glob("*.json")
    assert f"A copy of the zone from before is in {saved}" in failed.problems
    assert shell.values("A", "new.example.nl") == ["192.0.2.99"]


@pytest.mark.parametrize("patch", ["replace", "append", "unsupported"])
@pytest.mark.parametrize("flags", [(), ("--exact",)])
def test_restore_keeps_what_others_change_while_it_asks(
    shell: Shell, copy: str, monkeypatch: pytest.MonkeyPatch, patch: str, flags: tuple[str, ...]
) -> None:
    shell.emulator.variants = Variants(patch=patch)
    account = shell.emulator.account
    account.add_record("example.nl", "A", "new.example.nl.", "192.0.2.99")
    account.add_record("example.nl", "TXT", "brief.example.nl.", "brief")
    account.delete_record("example.nl", "MX", "example.nl.", "10 mail.example.nl.")

    def confirm(_: object, text: str) -> bool:
        if text.startswith("Restore"):
            shell.time.advance(60)
            account.add_record("example.nl", "A", "later.example.nl.", "192.0.2.77")
            if patch != "unsupported":  # A rewrite waits for a record that is gone.
                account.delete_record("example.nl", "TXT", "brief.example.nl.", "brief")
            account.delete_record("example.nl", "A", "mail.example.nl.", "192.0.2.25")
            account.add_record("example.nl", "A", "mail.example.nl.", "192.0.2.25", 60)
        return True

    monkeypatch.setattr("certbot_dns_mijnhost.cli.output.Terminal.ask", confirm)
    done = shell.run("zone", "restore", "example.nl", copy, *flags)
    assert shell.values("A", "later.example.nl") == ["192.0.2.77"]
    if patch != "unsupported" or flags:
        assert shell.values("TXT", "brief.example.nl") == []
    assert [r.ttl for r in account.records("example.nl") if r.name == "mail.example.nl."] == [60]
    assert shell.values("MX", "example.nl") == ["10 mail.example.nl."]
    assert shell.values("A", "new.example.nl") == ([] if flags else ["192.0.2.99"])
    # It still differs from the copy, in what came meanwhile.
    assert done.exit_code == 1
    assert "~ mail.example.nl A 192.0.2.25: TTL 60 instead of 3600" in done.out


def test_records_that_conflict_with_a_cname_are_removed_first(shell: Shell, copy: str) -> None:
    account = shell.emulator.account
    account.delete_record("example.nl", "CNAME", "www.example.nl.", "example.nl.")
    account.add_record("example.nl", "A", "www.example.nl.", "192.0.2.99")
    account.add_record("example.nl", "A", "new.example.nl.", "192.0.2.98")
    done = shell.run("zone", "restore", "example.nl", copy, "--yes", "--exact")
    assert done.exit_code == 0, done.problems
    changes = [method for method in shell.methods() if method != "GET"]
    assert changes == ["DELETE", "PATCH", "DELETE"]
    assert set(account.records("example.nl")) == set(default_records("example.nl."))


def test_a_zone_that_was_nearly_emptied_is_restored(shell: Shell, copy: str) -> None:
    for record in shell.emulator.account.records("example.nl")[1:]:
        shell.emulator.account.delete_record("example.nl", record.type, record.name, record.value)
    done = shell.run("zone", "restore", "example.nl", copy, "--yes")
    assert done.exit_code == 0, done.problems
    assert set(shell.emulator.account.records("example.nl")) == set(default_records("example.nl."))
    assert "PUT" not in shell.methods()


def test_two_values_need_a_zone_rewrite_if_patch_replaces(shell: Shell, tmp_path: Path) -> None:
    shell.emulator.account.add_record("example.nl", "A", "example.nl.", "192.0.2.11", 300)
    before = set(shell.emulator.account.records("example.nl"))
    path = str(tmp_path / "two.json")
    shell.run("zone", "backup", "example.nl", "-o", path)
    shell.emulator.account.delete_record("example.nl", "A", "example.nl.", "192.0.2.11")
    done = shell.run("zone", "restore", "example.nl", path, "--yes")
    assert done.exit_code == 0, done.problems
    assert set(shell.emulator.account.records("example.nl")) == before
    assert shell.methods().count("PUT") == 1


@pytest.mark.parametrize("patch", ["replace", "replace_first", "append"])
def test_a_ttl_is_not_restored_at_the_cost_of_other_values(
    shell: Shell, tmp_path: Path, patch: str
) -> None:
    shell.emulator.variants = Variants(patch=patch)
    account = shell.emulator.account
    account.add_record("example.nl", "A", "example.nl.", "192.0.2.11")
    path = str(tmp_path / "two.json")
    shell.run("zone", "backup", "example.nl", "-o", path)
    for value in ("192.0.2.10", "192.0.2.11"):
        account.delete_record("example.nl", "A", "example.nl.", value)
        account.add_record("example.nl", "A", "example.nl.", value, 60)
    account.add_record("example.nl", "A", "example.nl.", "192.0.2.99", 60)
    done = shell.run("zone", "restore", "example.nl", path, "--yes")
    assert set(shell.values("A", "example.nl")) == {"192.0.2.10", "192.0.2.11", "192.0.2.99"}
    assert "Could not change the TTL of A example.nl" in done.problems
    assert "Still different:" in done.out
    assert done.exit_code == 1


def test_restore_without_patch_reports_the_ttl_and_restores_the_rest(
    shell: Shell, copy: str
) -> None:
    shell.emulator.variants = Variants(patch="unsupported")
    change(shell)
    done = shell.run("zone", "restore", "example.nl", copy, "--yes")
    assert done.exit_code == 1
    assert "the API does not offer PATCH here" in done.problems
    assert shell.values("MX", "example.nl") == ["10 mail.example.nl."]
    assert shell.values("A", "new.example.nl") == ["192.0.2.99"]


def test_challenges_are_neither_restored_nor_removed(shell: Shell, tmp_path: Path) -> None:
    account = shell.emulator.account
    over = ("_acme-challenge.example.nl.", "_mijnhost-probe-12ab.example.nl.")
    for name in over:
        account.add_record("example.nl", "TXT", name, "over")
    cname = ("CNAME", "_acme-challenge.www.example.nl.", "x.example.com.")
    account.add_record("example.nl", *cname)
    path = str(tmp_path / "during-a-run.json")
    shell.run("zone", "backup", "example.nl", "-o", path)
    for name in over:
        account.delete_record("example.nl", "TXT", name, "over")
    account.add_record("example.nl", "TXT", "_acme-challenge.example.nl.", "in use")
    assert shell.run("zone", "diff", "example.nl", path).out == "No difference.\n"
    account.delete_record("example.nl", *cname)
    done = shell.run("zone", "restore", "example.nl", path, "--yes", "--exact")
    assert done.exit_code == 0, done.problems
    assert shell.values("TXT", "_acme-challenge.example.nl") == ["in use"]
    assert shell.values("CNAME", "_acme-challenge.www.example.nl") == ["x.example.com."]
    assert len(account.records("example.nl")) == 8


def test_restore_of_what_is_the_same_changes_nothing(shell: Shell, copy: str) -> None:
    done = shell.run("zone", "restore", "example.nl", copy, "--yes", "--exact")
    assert (done.exit_code, done.out) == (0, "There is nothing to restore.\n")
    assert set(shell.methods()) == {"GET"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", "is not a zone copy"),
        ("[]", "is not a zone copy"),
        ("[" * 100_000, "is not a zone copy"),
        ('{"zone": "example.nl"}', "is not a zone copy"),
        ('{"zone": "example.nl", "records": [{"type": "A"}]}', "is not a zone copy"),
        ('{"zone": "example.nl", "records": []}', "has no records"),
        (
            '{"zone": "example.com", "records": [{"type": "A", "name": "a", "value": "1"}]}',
            "not of example.nl",
        ),
    ],
)
def test_a_file_that_is_not_a_copy(shell: Shell, tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    failed = shell.run("zone", "restore", "example.nl", str(path), "--yes")
    assert failed.exit_code == 2
    assert words in failed.problems
    assert shell.methods() == []


def test_a_value_cannot_control_the_terminal(shell: Shell, copy: str) -> None:
    value = "\x1b]0;owned\x07\x1b[2Jgone"
    shell.emulator.account.add_record("example.nl", "TXT", "odd.example.nl.", value)
    for arguments in (
        ("zone", "diff", "example.nl", copy),
        ("records", "list", "example.nl"),
        ("records", "delete", "example.nl", "TXT", "odd"),
    ):
        shown = shell.run(*arguments)
        assert "gone" in shown.out
        assert "\x1b" not in shown.out + shown.problems
        assert "\x07" not in shown.out + shown.problems
    data = shell.run("records", "list", "example.nl", "--name", "odd", "--json").data
    assert data[0]["value"] == value


def test_a_copy_that_is_missing(shell: Shell) -> None:
    failed = shell.run("zone", "diff", "example.nl", "/nowhere/copy.json")
    assert failed.exit_code == 2
    assert "Cannot read the zone copy" in failed.problems


def test_restoring_from_the_oldest_copy_removes_no_copy(shell: Shell) -> None:
    copies = shell.directory / "copies"
    copies.mkdir()
    for number in range(5):
        path = str(copies / f"example.nl-20260101T00000{number}Z-000.json")
        assert shell.run("zone", "backup", "example.nl", "-o", path).exit_code == 0
    before = sorted(copies.glob("*.json"))
    account = shell.emulator.account
    account.delete_record("example.nl", "MX", "example.nl.", "10 mail.example.nl.")
    # With a zone rewrite, which is preceded by the same copy.
    shell.emulator.variants = Variants(patch="unsupported")
    shell.run("zone", "restore", "example.nl", str(before[0]), "--yes")
    assert "PUT" in shell.methods()
    assert before == [path for path in sorted(copies.glob("*.json")) if path in before]
    assert len(list(copies.glob("*.json"))) == len(before) + 1


def test_without_a_place_for_a_copy_nothing_is_changed(shell: Shell, copy: str) -> None:
    change(shell)
    (shell.directory / "copies").write_text("in the way")
    before = shell.emulator.account.records("example.nl")
    failed = shell.run("zone", "restore", "example.nl", copy, "--yes")
    assert failed.exit_code == 2
    assert "Nothing was changed" in failed.problems
    assert shell.emulator.account.records("example.nl") == before
