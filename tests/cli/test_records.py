"""``mijnhost records``, with each possible behaviour of PATCH."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants

from .conftest import Shell

APPENDS, REPLACES = Variants(patch="append"), Variants(patch="replace")


def test_list_shows_names_in_order(shell: Shell) -> None:
    shown = shell.run("records", "list", "example.nl")
    assert shown.exit_code == 0
    assert shown.out.splitlines()[0].split() == ["example.nl", "3600", "A", "192.0.2.10"]
    assert shown.out.splitlines()[-1].split() == ["www.example.nl", "3600", "CNAME", "example.nl."]


def test_list_by_type_and_name(shell: Shell) -> None:
    data = shell.run("records", "list", "example.nl", "--type", "a", "--json").data
    assert [entry["value"] for entry in data] == ["192.0.2.10", "192.0.2.25"]
    data = shell.run("records", "list", "example.nl", "--name", "mail", "--json").data
    assert [(entry["name"], entry["ttl"]) for entry in data] == [("mail.example.nl", 3600)]
    assert shell.run("records", "list", "example.nl", "--name", "@", "--type", "MX", "--json").data


@pytest.mark.parametrize(
    ("type_", "name", "typed", "stored"),
    [
        ("a", "home", "192.0.2.7", "192.0.2.7"),
        ("AAAA", "home.example.nl", "2001:DB8:0::7", "2001:db8::7"),
        ("MX", "@", "20 mx.example.com", "20 mx.example.com."),
        ("cname", "blog", "example.com", "example.com."),
        ("CNAME", "blog", "@", "example.nl."),
        ("SRV", "_imaps._tcp", "0 1 993 @", "0 1 993 example.nl."),
        ("TXT", "_dmarc.example.nl.", "v=DMARC1; p=none", "v=DMARC1; p=none"),
    ],
)
def test_add_a_first_value_is_one_single_record_call(
    shell: Shell, type_: str, name: str, typed: str, stored: str
) -> None:
    before = shell.emulator.account.records("example.nl")
    if type_ == "MX":
        shell.emulator.variants = APPENDS
    added = shell.run("records", "add", "example.nl", type_, name, typed, "--ttl", "300")
    assert added.exit_code == 0, added.problems
    new = set(shell.emulator.account.records("example.nl")) - set(before)
    ttl = 3600 if type_ == "MX" else 300
    assert [(record.type, record.value, record.ttl) for record in new] == [
        (type_.upper(), stored, ttl)
    ]
    assert ("Its TTL is that of the other values of its RRset." in added.out) == (type_ == "MX")
    assert set(before) <= set(shell.emulator.account.records("example.nl"))
    assert "PUT" not in shell.methods()


def test_add_an_existing_value_sends_nothing(shell: Shell) -> None:
    again = shell.run("records", "add", "example.nl", "A", "@", "192.0.2.10")
    assert "exists already" in again.out
    assert set(shell.methods()) == {"GET"}


def test_add_another_value_if_patch_adds(shell: Shell) -> None:
    shell.emulator.variants = APPENDS
    assert shell.run("records", "add", "example.nl", "A", "@", "192.0.2.11").exit_code == 0
    assert shell.values("A", "example.nl") == ["192.0.2.10", "192.0.2.11"]
    assert "PUT" not in shell.methods()
    assert not any("probe" in r.name for r in shell.emulator.account.records("example.nl"))


def test_add_another_value_if_patch_replaces_asks_first(shell: Shell) -> None:
    shell.emulator.variants = REPLACES
    before = shell.emulator.account.records("example.nl")
    arguments = ("records", "add", "example.nl", "A", "@", "192.0.2.11")
    refused = shell.run(*arguments)
    assert refused.exit_code == 1
    assert "(6 records) has to be rewritten" in refused.out
    assert "The zone was not rewritten" in refused.problems
    assert shell.emulator.account.records("example.nl") == before
    confirmed = shell.run(*arguments, "--yes")
    assert confirmed.exit_code == 0, confirmed.problems
    assert shell.values("A", "example.nl") == ["192.0.2.10", "192.0.2.11"]
    assert set(before) < set(shell.emulator.account.records("example.nl"))
    assert len(list((shell.directory / "copies").glob("example.nl-*.json"))) == 1


def test_a_zone_rewrite_that_the_file_forbids(shell: Shell) -> None:
    shell.write(allow_zone_rewrite="false")
    refused = shell.run("records", "add", "example.nl", "A", "@", "192.0.2.11", "--yes")
    assert refused.exit_code == 1
    assert "which the credentials file forbids" in refused.problems
    assert shell.values("A", "example.nl") == ["192.0.2.10"]


@pytest.mark.parametrize("variants", [APPENDS, REPLACES, Variants(patch="replace_first")])
def test_set_makes_it_the_only_value(shell: Shell, variants: Variants) -> None:
    shell.emulator.variants = variants
    shell.emulator.account.add_record("example.nl", "A", "example.nl.", "192.0.2.11")
    before = shell.emulator.account.records("example.nl")
    arguments = ("records", "set", "example.nl", "A", "@", "192.0.2.12", "--ttl", "60")
    refused = shell.run(*arguments)
    assert refused.exit_code == 1
    assert "192.0.2.11" in refused.out
    assert shell.emulator.account.records("example.nl") == before
    done = shell.run(*arguments, "--yes")
    assert done.exit_code == 0, done.problems
    assert shell.values("A", "example.nl") == ["192.0.2.12"]
    others = {record for record in before if (record.type, record.name) != ("A", "example.nl.")}
    assert others < set(shell.emulator.account.records("example.nl"))


def test_set_without_others_asks_nothing(shell: Shell) -> None:
    done = shell.run("records", "set", "example.nl", "A", "home", "192.0.2.7", "--json")
    assert done.data["set"]["name"] == "home.example.nl"
    assert shell.values("A", "home.example.nl") == ["192.0.2.7"]


@pytest.mark.parametrize("delete", ["supported", "wrong_method"])
def test_delete_one_value(shell: Shell, delete: str) -> None:
    shell.emulator.variants = Variants(delete=delete)
    shell.emulator.account.add_record("example.nl", "A", "example.nl.", "192.0.2.11")
    done = shell.run("records", "delete", "example.nl", "A", "@", "192.0.2.10", "--yes")
    assert done.exit_code == 0, done.problems
    assert shell.values("A", "example.nl") == ["192.0.2.11"]
    assert len(shell.emulator.account.records("example.nl")) == 6
    assert ("PUT" in shell.methods()) is (delete == "wrong_method")


@pytest.mark.parametrize("patch", ["append", "replace", "replace_first"])
def test_set_keeps_its_value_if_null_removes_all_of_a_name(shell: Shell, patch: str) -> None:
    shell.emulator.variants = Variants(patch=patch, delete="wrong_method", null_patch="removes")
    shell.emulator.account.add_record("example.nl", "A", "example.nl.", "192.0.2.11")
    done = shell.run("records", "set", "example.nl", "A", "@", "192.0.2.12", "--yes")
    assert done.exit_code == 0, done.problems
    assert shell.values("A", "example.nl") == ["192.0.2.12"]
    assert len(shell.emulator.account.records("example.nl")) == 6


@pytest.mark.parametrize("delete", ["supported", "wrong_method"])
def test_set_without_patch(shell: Shell, delete: str) -> None:
    shell.emulator.variants = Variants(patch="unsupported", delete=delete)
    done = shell.run("records", "set", "example.nl", "A", "@", "192.0.2.12", "--yes")
    assert done.exit_code == 0, done.problems
    assert shell.values("A", "example.nl") == ["192.0.2.12"]
    assert len(shell.emulator.account.records("example.nl")) == 6
    ttl = shell.run("records", "set", "example.nl", "A", "@", "192.0.2.12", "--ttl", "60")
    assert ttl.exit_code == 3
    assert "the API does not offer PATCH here" in ttl.problems


def test_a_declined_zone_rewrite_is_the_only_reason_given(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "certbot_dns_mijnhost.cli.output.Terminal.ask", lambda _, text: text == "Delete?"
    )
    shell.emulator.variants = Variants(delete="wrong_method")
    declined = shell.run("records", "delete", "example.nl", "A", "@")
    assert declined.exit_code == 1
    assert "The zone was not rewritten" in declined.problems
    assert "dns_mijnhost_allow_zone_rewrite" not in declined.problems
    assert "Nothing was changed" not in declined.problems


def test_set_removes_nothing_that_was_added_while_it_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def confirm(_: object, text: str) -> bool:
        shell.time.advance(60)
        shell.emulator.account.add_record("example.nl", "A", "example.nl.", "192.0.2.99")
        return text == "Replace?"

    monkeypatch.setattr("certbot_dns_mijnhost.cli.output.Terminal.ask", confirm)
    failed = shell.run("records", "set", "example.nl", "A", "@", "192.0.2.12")
    assert failed.exit_code == 3
    assert "new values since you confirmed: example.nl A 192.0.2.99" in failed.problems
    assert shell.values("A", "example.nl") == ["192.0.2.10", "192.0.2.99"]


def test_delete_by_null_touches_no_other_type(shell: Shell) -> None:
    shell.emulator.variants = Variants(delete="wrong_method", null_patch="removes")
    done = shell.run("records", "delete", "example.nl", "A", "@", "--yes")
    assert done.exit_code == 0, done.problems
    assert shell.values("A", "example.nl") == []
    assert shell.values("TXT", "example.nl") == ["v=spf1 mx -all"]
    assert len(shell.emulator.account.records("example.nl")) == 5


def test_delete_all_of_a_name_after_asking(shell: Shell) -> None:
    shell.emulator.account.add_record("example.nl", "A", "example.nl.", "192.0.2.11")
    refused = shell.run("records", "delete", "example.nl", "A", "@")
    assert refused.exit_code == 1
    assert len(shell.values("A", "example.nl")) == 2
    done = shell.run("records", "delete", "example.nl", "A", "@", "--yes", "--json")
    assert len(done.data["deleted"]) == 2
    assert shell.values("A", "example.nl") == []
    assert shell.values("AAAA", "example.nl") == ["2001:db8::10"]


@pytest.mark.parametrize(
    ("type_", "listed"),
    [("MX", "10 mx.example.nl"), ("AAAA", "2001:DB8:0:0::7"), ("CNAME", "example.com")],
)
def test_a_value_is_known_as_the_listing_spells_it(shell: Shell, type_: str, listed: str) -> None:
    shell.emulator.account.add_record("example.nl", type_, "odd.example.nl.", listed)
    again = shell.run("records", "add", "example.nl", type_, "odd", listed)
    assert "exists already" in again.out
    done = shell.run("records", "delete", "example.nl", type_, "odd", listed, "--yes")
    assert done.out.endswith("Deleted: 1\n")
    assert shell.values(type_, "odd.example.nl") == []


@pytest.mark.parametrize("name", ["", " ", "."])
def test_an_empty_name_is_not_the_domain_itself(shell: Shell, name: str) -> None:
    for arguments in (
        ("delete", "example.nl", "A", name, "--yes"),
        ("set", "example.nl", "A", name, "192.0.2.9", "--yes"),
        ("list", "example.nl", "--name", name),
    ):
        failed = shell.run("records", *arguments)
        assert failed.exit_code == 2
        assert "Write @ for the domain itself" in failed.problems
    assert shell.values("A", "example.nl") == ["192.0.2.10"]


def test_delete_what_is_not_there(shell: Shell) -> None:
    done = shell.run("records", "delete", "example.nl", "A", "nowhere", "--yes")
    assert done.exit_code == 0
    assert "Nothing was deleted: the zone example.nl has no record A nowhere." in done.out
    assert set(shell.methods()) == {"GET"}


def test_delete_that_is_refused_names_what_stays(shell: Shell) -> None:
    shell.emulator.faults.add(Fault.status(403, "Read-only key"), method="DELETE", times=None)
    done = shell.run("records", "delete", "example.nl", "A", "@", "--yes")
    assert done.exit_code == 1
    assert "Could not remove example.nl 192.0.2.10" in done.problems


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "example.nl", "A", "x", "not-an-address"), "value"),
        (("add", "example.nl", "A", "x", "192.0.2.1", "--ttl", "0"), "ttl"),
        (("add", "example.nl", "A!", "x", "192.0.2.1"), "type"),
        (
            ("add", "example.nl", "A", "www.example.com.", "192.0.2.1"),
            "is not in the zone example.nl",
        ),
        (
            ("set", "example.nl", "A", "notexample.nl.", "192.0.2.1"),
            "is not in the zone example.nl",
        ),
    ],
)
def test_mistakes_are_reported_before_anything_is_sent(
    shell: Shell, arguments: tuple[str, ...], words: str
) -> None:
    failed = shell.run("records", *arguments)
    assert failed.exit_code == 2
    assert words in failed.problems
    assert not any(method in {"PATCH", "PUT", "DELETE"} for method in shell.methods())


@pytest.mark.parametrize(
    ("verb", "type_", "name", "value"),
    [
        ("add", "CNAME", "mail", "example.com"),
        ("set", "CNAME", "mail", "example.com"),
        ("add", "CNAME", "www", "example.com"),
        ("add", "A", "www", "192.0.2.9"),
        ("set", "TXT", "www", "text"),
    ],
)
def test_a_cname_next_to_another_record_is_refused(
    shell: Shell, verb: str, type_: str, name: str, value: str
) -> None:
    failed = shell.run("records", verb, "example.nl", type_, name, value, "--yes")
    assert failed.exit_code == 2
    assert f"Cannot add {type_} {name}.example.nl: this name has the record " in failed.problems
    assert set(shell.methods()) == {"GET"}
    assert shell.run("records", "set", "example.nl", "CNAME", "www", "a.nl", "-y").exit_code == 0


def test_a_domain_of_another_account(shell: Shell) -> None:
    failed = shell.run("records", "list", "example.org")
    assert failed.exit_code == 3
    assert "no access" in failed.problems


def test_set_reports_the_values_that_it_cannot_remove(shell: Shell) -> None:
    shell.emulator.variants = APPENDS
    command = ("records", "set", "example.nl", "TXT", "@", "--yes")
    shell.run(*command, "first")
    before = shell.methods()[: shell.methods().index("PATCH")].count("GET")
    shell.emulator.faults.add(Fault.status(403), method="GET", skip=before, times=None)
    failed = shell.run(*command, "second")
    assert failed.exit_code == 3
    assert shell.values("TXT", "example.nl") == ["first", "second"]
    assert "records may be added and old ones may still exist" in failed.problems
