"""Servers that store values in another spelling, or damage them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient
from certbot_dns_mijnhost.emulator import Answer, Emulator, Fault, Variants
from certbot_dns_mijnhost.zone import AlteredRecordError, ZoneEditor

from .conftest import ONE, TWO, EmulatedZones

ODDLY_SPELLED = (
    ("CNAME", "autoconfig.example.nl.", "Mail.Example.NL."),
    ("MX", "example.nl.", "020  MX2.Example.Net."),
    ("SRV", "_sip._tcp.example.nl.", "00 5 5060 Sip.Example.NL."),
    ("AAAA", "odd.example.nl.", "2001:DB8:0:0:0:0:0:7"),
    ("TXT", "long.example.nl.", "k=rsa; p=" + "Ab+/" * 100),
    ("CAA", "example.nl.", '0 issue "letsencrypt.org"'),
)


def oddly_spelled(zones: EmulatedZones, variants: Variants) -> Emulator:
    emulator = zones.start(variants)
    for type_, name, value in ODDLY_SPELLED:
        emulator.account.add_record("example.nl", type_, name, value)
    return emulator


def editor(zones: EmulatedZones) -> ZoneEditor:
    client = MijnHostClient(
        zones.emulator.account.api_key, base_url=zones.emulator.api_url, retry=zones.retry
    )
    return ZoneEditor(
        client,
        "example.nl",
        backup_directory=zones.directory / "backups",
        lock_directory=zones.directory / "locks",
        retry=zones.retry,
    )


@pytest.mark.parametrize("refuses_duplicates", [False, True])
@pytest.mark.parametrize("delete", ["supported", "wrong_method"])
@pytest.mark.parametrize("normalizes", ["final_dot", "no_final_dot"])
def test_a_server_that_respells_costs_one_write_of_the_zone(
    zones: EmulatedZones,
    caplog: pytest.LogCaptureFixture,
    normalizes: str,
    delete: str,
    refuses_duplicates: bool,
) -> None:
    variants = Variants(normalizes=normalizes, delete=delete, refuses_duplicates=refuses_duplicates)
    emulator = oddly_spelled(zones, variants)
    before = len(emulator.account.records("example.nl"))
    started = zones.clock.now
    records = zones.challenge_records()

    records.publish([ONE, TWO])

    assert zones.values() == {"one", "two"}
    assert len(zones.calls("PUT")) == 1
    assert len(zones.calls("GET")) < 25
    assert zones.clock.now - started < 20.0
    assert records.remove([ONE, TWO]) == []
    assert len(zones.calls("PUT")) == (1 if delete == "supported" else 2)
    assert len(emulator.account.records("example.nl")) == before
    assert zones.values("long.example.nl") == {ODDLY_SPELLED[4][2]}
    assert "missing" not in caplog.text
    assert "changed" not in caplog.text


def test_what_is_written_back_is_what_was_listed(zones: EmulatedZones) -> None:
    emulator = oddly_spelled(zones, Variants())
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert len(zones.calls("PUT")) == 1
    after = emulator.account.records("example.nl")
    assert [record for record in after if "_acme-challenge" not in record.name] == before
    records.remove([ONE, TWO])
    assert emulator.account.records("example.nl") == before


def test_twins_that_may_differ_are_both_written_back(zones: EmulatedZones) -> None:
    # Whether "mail" is relative to the zone is not known, so neither is treated as the other.
    emulator = zones.start(Variants())
    emulator.account.add_record("example.nl", "MX", "sub.example.nl.", "10 mail")
    emulator.account.add_record("example.nl", "MX", "sub.example.nl.", "10 mail.example.nl.")
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert records.remove([ONE, TWO]) == []
    assert len(zones.calls("PUT")) == 1
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("normalizes", ["no", "final_dot", "no_final_dot"])
def test_a_record_is_deleted_as_it_is_listed(zones: EmulatedZones, normalizes: str) -> None:
    emulator = oddly_spelled(zones, Variants(normalizes=normalizes))
    edited = editor(zones)
    listing = edited.read()
    for type_, name, value in ODDLY_SPELLED:
        record = DNSRecord(type_, name, value.lower() if type_ != "TXT" else value)
        assert edited.key_of(record) in listing.keys
        assert len(edited.remove(record).remove) == 1
    left = {(r.type, r.name, r.value) for r in emulator.account.records("example.nl")}
    assert not left & set(ODDLY_SPELLED)


@pytest.mark.parametrize("patch", ["append", "replace"])
def test_a_record_is_added_in_the_users_spelling(zones: EmulatedZones, patch: str) -> None:
    emulator = zones.start(Variants(patch=patch))
    given = DNSRecord("MX", "www2.example.nl.", "010 Mail.Example.NL.", 300)
    editor(zones).add(given, replace(given, value="20 other.example.nl."))
    stored = {(r.value, r.ttl) for r in emulator.account.records("example.nl") if "www2" in r.name}
    assert stored == {("010 Mail.Example.NL.", 300), ("20 other.example.nl.", 300)}


DKIM = ("TXT", "mail._domainkey.example.nl.", "v=DKIM1; k=rsa; p=" + "Ab+/" * 100)


@pytest.mark.parametrize("delete", ["supported", "wrong_method"])
@pytest.mark.parametrize("mangles", ["cut", "split", "escapes", "drops"])
def test_a_damaged_text_is_reported_and_not_added_again(
    zones: EmulatedZones, caplog: pytest.LogCaptureFixture, mangles: str, delete: str
) -> None:
    emulator = zones.start(Variants(damages_txt=mangles, delete=delete))
    emulator.account.add_record("example.nl", *DKIM)
    before = emulator.account.records("example.nl")
    started = zones.clock.now
    records = zones.challenge_records()

    records.publish([ONE, TWO])

    assert zones.values() == {"one", "two"}
    [damaged] = zones.values("mail._domainkey.example.nl")
    assert damaged != DKIM[2]
    assert len(zones.calls("PUT")) == 1
    [warning] = [text for text in caplog.messages if "other values than were sent" in text]
    assert "TXT mail._domainkey.example.nl" in warning
    [copy] = (zones.directory / "backups").iterdir()
    assert str(copy) in warning
    assert DKIM[2] in copy.read_text()

    caplog.clear()
    assert records.remove([ONE, TWO]) == []
    assert zones.values("mail._domainkey.example.nl") == {damaged}, "damaged once, not twice"
    assert len(emulator.account.records("example.nl")) == len(before)
    assert "other values" not in caplog.text
    assert len(zones.calls("PUT")) == (1 if delete == "supported" else 2)
    assert zones.clock.now - started < 40.0


@pytest.mark.parametrize("is_last", [True, False])
@pytest.mark.parametrize("patch", ["append", "replace"])
@pytest.mark.parametrize("mangles", ["cut", "split", "escapes", "drops"])
def test_a_record_of_ours_that_is_damaged_is_an_error(
    zones: EmulatedZones, mangles: str, patch: str, is_last: bool
) -> None:
    zones.start(Variants(damages_txt=mangles, patch=patch, duplicates=True))
    name = "txt.example.nl"
    values = ["short", DKIM[2]] if is_last else [DKIM[2], "short"]
    given = [DNSRecord("TXT", f"{name}.", value, 300) for value in values]
    started = zones.clock.now
    with pytest.raises(AlteredRecordError, match=rf"stored TXT {name} .* another value"):
        editor(zones).add(*given)
    assert len(zones.values(name) - {"short"}) == 1, "it was not sent twice"
    assert len(zones.calls("PUT")) <= 1
    assert zones.clock.now - started < 30.0


def test_a_value_that_another_client_changed_meanwhile_is_not_put_back(
    zones: EmulatedZones, caplog: pytest.LogCaptureFixture
) -> None:
    emulator = zones.start(Variants())
    emulator.account.add_record("example.nl", "A", "home.example.nl.", "192.0.2.77")

    def change(answer: Answer | None) -> Answer:
        assert answer is not None
        emulator.account.delete_record("example.nl", "A", "home.example.nl.", "192.0.2.77")
        emulator.account.add_record("example.nl", "A", "home.example.nl.", "192.0.2.78")
        return answer

    emulator.faults.add(Fault("another client writes", after=True, play=change), method="PUT")
    zones.challenge_records().publish([ONE, TWO])
    addresses = {r.value for r in emulator.account.records("example.nl") if "home" in r.name}
    assert addresses == {"192.0.2.78"}
    assert "A home.example.nl" in caplog.text
    assert len(zones.calls("PUT")) == 1
