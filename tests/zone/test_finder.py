from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import AddressNotAllowedError, MijnHostError
from certbot_dns_mijnhost.emulator import Fault, Variants
from certbot_dns_mijnhost.zone import TXTRecord, ZoneNotFoundError
from certbot_dns_mijnhost.zone.names import (
    absolute,
    canonical,
    file_name,
    is_within,
)

from .conftest import ONE, EmulatedZones

DOMAINS = (
    "example.nl",
    "sub.example.nl",
    "example.co.uk",
    "bücher.example",
    "xn--mller-kva.example",
)


@pytest.mark.parametrize("listing_forbidden", [False, True, "bad_request"])
@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("_acme-challenge.example.nl", "example.nl"),
        ("_acme-challenge.deep.www.example.nl", "example.nl"),
        ("_acme-challenge.x.sub.example.nl", "sub.example.nl"),
        ("_acme-challenge.sub.example.nl", "sub.example.nl"),
        ("_acme-challenge.notsub.example.nl", "example.nl"),
        ("_acme-challenge.www.example.co.uk", "example.co.uk"),
        ("_ACME-Challenge.Example.NL.", "example.nl"),
    ],
)
def test_the_longest_domain_by_whole_labels(
    zones: EmulatedZones, name: str, zone: str, listing_forbidden: bool | str
) -> None:
    zones.start(Variants(listing_forbidden=listing_forbidden), *DOMAINS[:3])
    assert zones.challenge_records().zone_of(name) == zone


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("_acme-challenge.xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_acme-challenge.bücher.example", "xn--bcher-kva.example"),
        ("_acme-challenge.xn--mller-kva.example", "xn--mller-kva.example"),
        ("_acme-challenge.www.müller.example", "xn--mller-kva.example"),
    ],
)
def test_international_names_in_either_spelling(zones: EmulatedZones, name: str, zone: str) -> None:
    zones.start(Variants(), *DOMAINS)
    assert canonical(zones.challenge_records().zone_of(name)) == zone


@pytest.mark.parametrize("listed_in_unicode", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "_acme-challenge.xn--53h.example",
        "_acme-challenge.\u2615.example",
        "_acme-challenge.\u2615\ufe0f.EXAMPLE.",
    ],
)
def test_names_that_idna_2008_refuses(
    zones: EmulatedZones, name: str, listed_in_unicode: bool
) -> None:
    # A cup of coffee, with and without the selector that asks for a picture.
    emulator = zones.start(Variants(unicode_domains=listed_in_unicode), "xn--53h.example")
    before = emulator.account.records("xn--53h.example")
    records = zones.challenge_records()
    records.publish([TXTRecord(name, "one")])
    found = zones.values("_acme-challenge.xn--53h.example", "xn--53h.example")
    assert found == {"one"}
    assert records.remove([TXTRecord(name, "one")]) == []
    assert emulator.account.records("xn--53h.example") == before


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("\u2615.nl", "xn--53h.nl"),
        ("i\u2764\ufe0f.WS", "xn--i-7iq.ws"),
        ("_under_\xfc.nl", "xn--_under_-t2a.nl"),
        ("stra\xdfe.nl", "xn--strae-oqa.nl"),
        ("\U0001f600.NL", "xn--e28h.nl"),
        ("\xa8.nl", "\xa8.nl"),
        ("\ufe0f.nl", "\ufe0f.nl"),
    ],
)
def test_labels_in_punycode(name: str, spelled: str) -> None:
    assert canonical(name) == spelled


@pytest.mark.parametrize("listing_forbidden", [False, True])
def test_a_name_that_only_ends_alike_is_not_within(
    zones: EmulatedZones, listing_forbidden: bool
) -> None:
    zones.start(Variants(listing_forbidden=listing_forbidden), "example.nl")
    with pytest.raises(ZoneNotFoundError, match=r"notexample\.nl"):
        zones.challenge_records().zone_of("_acme-challenge.notexample.nl")


def test_one_listing_per_run(zones: EmulatedZones) -> None:
    zones.start()
    records = zones.challenge_records()
    for name in ("_acme-challenge.example.nl", "_acme-challenge.www.example.nl"):
        records.zone_of(name)
    assert zones.calls() == ["GET /domains"]


def test_zones_given_outright_are_not_asked_for(zones: EmulatedZones) -> None:
    zones.start()
    records = zones.challenge_records(zones=("example.nl", "other.example"))
    assert records.zone_of("_acme-challenge.www.example.nl") == "example.nl"
    with pytest.raises(ZoneNotFoundError):
        records.zone_of("_acme-challenge.example.com")
    assert zones.calls() == []


def test_a_zone_given_outright_may_have_a_final_dot(zones: EmulatedZones) -> None:
    zones.start()
    records = zones.challenge_records(zones=("Example.NL.",))
    records.publish([ONE])
    assert set(zones.calls()) == {"GET /domains/example.nl/dns", "PATCH /domains/example.nl/dns"}


def test_a_whitelist_is_not_taken_for_a_forbidden_listing(zones: EmulatedZones) -> None:
    zones.start(Variants(whitelist_refused=True))
    with pytest.raises(AddressNotAllowedError, match="mijnhost doctor"):
        zones.challenge_records().zone_of("_acme-challenge.example.nl")


PAGE = "<!DOCTYPE html><html><body>Blocked</body></html>"
REFUSALS: dict[str, Fault] = {
    **{
        f"a web page with {status}": Fault.html(status, PAGE)
        for status in (400, 401, 403, 404, 405)
    },
    **{f"nothing with {status}": Fault.raw(b"", status) for status in (403, 404)},
    "a web page with 200": Fault.html(200, PAGE),
    "other JSON with 404": Fault.raw(b'{"message": "Not Found"}', 404),
    **{f"JSON with {status}": Fault.status(status, "No") for status in (401, 403, 404, 405, 500)},
    "JSON with 400": Fault.bad_request("The API has no access to its database"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_an_api_that_refuses_everything_says_nothing_about_the_account(
    zones: EmulatedZones, name: str
) -> None:
    zones.start()
    zones.emulator.faults.add(REFUSALS[name], times=None)
    with pytest.raises(MijnHostError) as caught:
        zones.challenge_records().zone_of("_acme-challenge.example.nl")
    assert not isinstance(caught.value, ZoneNotFoundError)
    assert "is not in the account" not in str(caught.value)
    if "page" in name or "other JSON" in name or "nothing" in name:
        assert "a firewall" in str(caught.value)


def test_a_key_that_may_list_nothing_and_does_not_have_the_domain(zones: EmulatedZones) -> None:
    zones.start(Variants(listing_forbidden=True))
    with pytest.raises(ZoneNotFoundError):
        zones.challenge_records().zone_of("_acme-challenge.elsewhere.nl")
    zones.emulator.faults.add(Fault.status(404, "Not found"), path="*/domains/*", times=None)
    with pytest.raises(ZoneNotFoundError):
        zones.challenge_records().zone_of("_acme-challenge.elsewhere.nl")


@given(st.text(alphabet="abcdü.-_ABC\u3002\u2615\ufe0f\xa8", max_size=30))
def test_canonical_is_stable(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("example.nl.", "example.nl"),
        ("example.nl", "example.nl"),
        ("@", "example.nl"),
        ("", "example.nl"),
        ("www", "www.example.nl"),
        ("WWW.Example.nl", "www.example.nl"),
        ("_acme-challenge", "_acme-challenge.example.nl"),
        ("notexample.nl", "notexample.nl.example.nl"),
    ],
)
def test_listed_names_become_absolute(listed: str, name: str) -> None:
    assert absolute(listed, "example.nl") == name


@given(st.text(max_size=40))
def test_a_file_name_stays_in_its_folder(zone: str) -> None:
    name = file_name(zone)
    assert name
    assert "/" not in name
    assert name not in {".", ".."}


def test_within_is_by_whole_labels() -> None:
    assert is_within("example.nl", "example.nl")
    assert is_within("www.example.nl", "example.nl")
    assert not is_within("notexample.nl", "example.nl")
