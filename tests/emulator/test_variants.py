"""The variants: each way in which the real API might behave."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Variants
from certbot_dns_mijnhost.emulator.variants import parse
from tests.emulator.support import CHALLENGE, ZONE, Caller, txt, txt_values
from tests.support.virtual_time import VirtualTime


def two_values(emulator: Emulator) -> None:
    for value in ("one", "two"):
        emulator.account.add_record("example.nl", "TXT", CHALLENGE, value, 60)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("replace", ["new"]),
        ("replace_first", ["new", "two"]),
        ("append", ["one", "two", "new"]),
    ],
)
def test_variant_patch_if_other_values_exist(
    emulator: Emulator, caller: Caller, patch: str, expected: list[str]
) -> None:
    emulator.variants = Variants(patch=patch)
    two_values(emulator)
    others = len(caller.records()) - 2
    assert caller.patch("new").status_code == 200
    assert caller.values() == expected
    assert len(caller.records()) == others + len(expected)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [("replace", ["two"]), ("replace_first", ["two"]), ("append", ["one", "two"])],
)
def test_variant_patch_if_the_value_exists(
    emulator: Emulator, caller: Caller, patch: str, expected: list[str]
) -> None:
    emulator.variants = Variants(patch=patch)
    two_values(emulator)
    caller.patch("two", ttl=300)
    assert caller.values() == expected
    assert {r["ttl"] for r in caller.records() if r["value"] == "two"} == {300}


def test_variant_duplicates(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(patch="append", duplicates=True)
    caller.patch("one")
    caller.patch("one")
    assert caller.values() == ["one", "one"]
    caller.send("PUT", ZONE, {"records": [txt("two"), txt("two")]})
    assert caller.values() == ["two", "two"]
    caller.delete("two")
    assert caller.values() == []


def test_put_stores_no_duplicates(caller: Caller) -> None:
    caller.send("PUT", ZONE, {"records": [txt("two"), txt("two")]})
    assert caller.values() == ["two"]


@pytest.mark.parametrize("value", ["one", None])
def test_variant_patch_unsupported(emulator: Emulator, caller: Caller, value: str | None) -> None:
    emulator.variants = Variants(patch="unsupported")
    answer = caller.patch(value)
    assert answer.status_code == 400
    assert answer.json()["status_description"] == "Wrong request method"


@pytest.mark.parametrize(("delete", "status"), [("wrong_method", 400), ("method_not_allowed", 405)])
def test_variant_delete(emulator: Emulator, caller: Caller, delete: str, status: int) -> None:
    two_values(emulator)
    emulator.variants = Variants(delete=delete)
    assert caller.delete("one").status_code == status
    assert txt_values(emulator) == ["one", "two"]


def test_variant_delete_needs_listed_name(emulator: Emulator, caller: Caller) -> None:
    two_values(emulator)
    emulator.variants = Variants(delete_needs_listed_name=True, final_dot=False)
    assert caller.delete("one", CHALLENGE).status_code == 404
    assert caller.delete("one", CHALLENGE.rstrip(".")).status_code == 200
    assert txt_values(emulator) == ["two"]


@pytest.mark.parametrize(
    ("answer", "status"), [("ok", 200), ("not_found", 404), ("bad_request", 400)]
)
def test_variant_delete_missing(
    emulator: Emulator, caller: Caller, answer: str, status: int
) -> None:
    emulator.variants = Variants(delete_missing=answer)
    before = emulator.account.records("example.nl")
    assert caller.delete("one").status_code == status
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize(
    ("null_patch", "status", "left"),
    [("refused", 400, ["one", "two"]), ("ignored", 200, ["one", "two"]), ("removes", 200, [])],
)
def test_variant_null_patch(
    emulator: Emulator, caller: Caller, null_patch: str, status: int, left: list[str]
) -> None:
    two_values(emulator)
    emulator.variants = Variants(null_patch=null_patch)
    before = len(emulator.account.records("example.nl"))
    assert caller.patch(None).status_code == status
    assert txt_values(emulator) == left
    assert len(emulator.account.records("example.nl")) == before - 2 + len(left)


def test_patch_with_null_and_an_invalid_name_is_refused(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(null_patch="removes")
    assert caller.patch(None, "a..b").status_code == 400


def test_variant_stale_reads(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(stale_reads=2, patch="append")
    caller.patch("one")
    assert [caller.values() for _ in range(3)] == [[], [], ["one"]]
    caller.patch("two")
    caller.patch("three")
    assert [caller.values() for _ in range(3)] == [["one"], ["one"], ["one", "two", "three"]]


def test_variant_stale_seconds(emulator: Emulator, caller: Caller, clock: VirtualTime) -> None:
    emulator.variants = Variants(stale_seconds=5.0)
    caller.patch("one")
    assert caller.values() == []
    clock.advance(5.0)
    assert caller.values() == ["one"]


def test_variant_lagging_replica(emulator: Emulator, caller: Caller, clock: VirtualTime) -> None:
    emulator.variants = Variants(lagging_replica=True, replica_seconds=5.0)
    caller.patch("one")
    assert [caller.values() for _ in range(4)] == [["one"], [], ["one"], []]
    clock.advance(5.0)
    assert [caller.values() for _ in range(2)] == [["one"], ["one"]]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("empty", []), ("shortened", [0, 1, 2]), ("gaps", [0, 2, 4, 6])],
)
def test_variant_short_reads(
    emulator: Emulator, caller: Caller, kind: str, expected: list[int]
) -> None:
    emulator.variants = Variants(short_reads=2, short_kind=kind)
    assert len(caller.records()) == 6
    caller.patch("one")
    short = [caller.records() for _ in range(2)]
    whole = caller.records()
    assert len(whole) == 7
    assert short == [[whole[position] for position in expected]] * 2
    assert len(emulator.account.records("example.nl")) == 7


def test_short_reads_follow_stale_reads(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(short_reads=1, stale_reads=1)
    caller.patch("one")
    assert [len(caller.records()) for _ in range(3)] == [6, 0, 7]


def test_reads_are_short_after_a_write_in_the_control_panel(
    emulator: Emulator, caller: Caller
) -> None:
    emulator.variants = Variants(short_reads=1)
    two_values(emulator)
    assert [len(caller.records()) for _ in range(2)] == [0, 8]


@pytest.mark.parametrize(
    ("variants", "shown"),
    [
        (Variants(), "_Acme-Challenge.example.nl."),
        (Variants(final_dot=False), "_Acme-Challenge.example.nl"),
        (Variants(name_case="upper"), "_ACME-CHALLENGE.EXAMPLE.NL."),
        (Variants(name_case="mixed"), "_AcMe-cHaLlEnGe.eXaMpLe.nL."),
    ],
)
def test_variants_final_dot_and_name_case(
    emulator: Emulator, caller: Caller, variants: Variants, shown: str
) -> None:
    emulator.variants = variants
    caller.patch("one", "_Acme-Challenge")
    assert caller.values(shown) == ["one"]
    assert txt_values(emulator) == ["one"]


def test_variant_keeps_relative_names(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(keeps_relative_names=True)
    caller.patch("one", "_acme-challenge")
    caller.patch("two", CHALLENGE)
    assert (caller.values("_acme-challenge"), caller.values()) == (["one"], ["two"])
    assert txt_values(emulator) == ["one", "two"]
    caller.patch("three", "_acme-challenge")
    assert txt_values(emulator) == ["three", "two"]
    assert caller.delete("three").status_code == 404
    assert caller.delete("three", "_acme-challenge").status_code == 200
    emulator.variants = Variants(keeps_relative_names=True, null_patch="removes")
    caller.patch(None, "_acme-challenge")
    assert txt_values(emulator) == ["two"]


def test_variant_keeps_relative_names_in_put(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(keeps_relative_names=True)
    body = {"records": [txt("one", "_acme-challenge"), txt("one", CHALLENGE)]}
    assert caller.send("PUT", ZONE, body).status_code == 200
    assert [record["name"] for record in caller.records()] == ["_acme-challenge", CHALLENGE]


@pytest.mark.parametrize("sent", ["one", '"one"', '"o" "ne"'])
def test_variant_quoted_txt(emulator: Emulator, caller: Caller, sent: str) -> None:
    emulator.variants = Variants(quoted_txt=True)
    caller.patch(sent)
    assert caller.values() == ['"one"']
    assert txt_values(emulator) == ["one"]
    assert caller.delete(sent).status_code == 200
    assert txt_values(emulator) == []


@pytest.mark.parametrize("value", ['a"b', "a\\b", '"', "", "ü", 'x" "y'])
def test_a_quoted_txt_value_can_be_unquoted(emulator: Emulator, caller: Caller, value: str) -> None:
    emulator.variants = Variants(quoted_txt=True)
    caller.patch(value)
    assert txt_values(emulator) == [value]
    [shown] = caller.values()
    caller.patch(shown)
    assert txt_values(emulator) == [value]


@pytest.mark.parametrize(("forbidden", "status"), [(True, 403), ("bad_request", 400)])
def test_variant_listing_forbidden(
    emulator: Emulator, caller: Caller, forbidden: bool | str, status: int
) -> None:
    emulator.variants = Variants(listing_forbidden=forbidden)
    assert caller.get("/domains").status_code == status
    assert caller.get("/domains/example.nl").status_code == 200


def test_variant_errors_inside_200(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(errors_inside_200=True, no_access_final_dot=False)
    answer = caller.get("/domains/example.com/dns")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": 400,
        "status_description": "You have no access to this resource",
    }


def test_variant_error_status_word(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(error_status_word=True)
    answer = caller.get("/nothing")
    assert (answer.status_code, answer.json()["status"]) == (404, "error")


def test_variant_whitelist_refused(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(whitelist_refused=True)
    for path in ("/domains", ZONE):
        answer = caller.get(path)
        assert answer.status_code == 401
        assert "whitelist" in answer.json()["status_description"]
    assert caller.get("/whoami").json()["data"]["ip"] == "127.0.0.1"


def test_variant_whoami_refused(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(whitelist_refused=True, whoami_refused=True)
    answer = caller.get("/whoami")
    assert answer.status_code == 401
    assert "whitelist" in answer.json()["status_description"]


def test_variant_key_expiry(emulator: Emulator, caller: Caller) -> None:
    assert set(caller.get("/whoami").json()["data"]) == {"ip", "customer_number"}
    emulator.variants = Variants(key_expiry="2030-01-31")
    assert "2030-01-31" in caller.get("/whoami").json()["data"].values()


def test_variant_key_expired(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(key_expired=True)
    answer = caller.get("/whoami")
    assert (answer.status_code, answer.json()["status_description"]) == (
        401,
        "No valid API key set",
    )


def test_variants_can_be_combined(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(
        patch="append", quoted_txt=True, final_dot=False, stale_reads=1, errors_inside_200=True
    )
    caller.patch("one")
    caller.patch("two")
    name = CHALLENGE.rstrip(".")
    assert [caller.values(name) for _ in range(2)] == [[], ['"one"', '"two"']]
    assert caller.patch("a", ttl=0).status_code == 200


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="replace_first"):
        Variants(patch="merge")


def test_parse_variants() -> None:
    texts = ["patch=append", "stale_reads=2", "stale_seconds=1.5", "quoted_txt=yes"]
    assert parse(texts) == Variants(
        patch="append", stale_reads=2, stale_seconds=1.5, quoted_txt=True
    )
    assert parse(["listing_forbidden=true"]).listing_forbidden is True
    assert parse(["listing_forbidden=bad_request"]).listing_forbidden == "bad_request"


@pytest.mark.parametrize("text", ["patch", "merge=1", "stale_reads=x", "quoted_txt=perhaps"])
def test_invalid_texts_of_variants_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"variant|invalid literal"):
        parse([text])


def test_a_contact_may_need_its_defaults(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(contact_defaults=True)
    needed = (
        *("firstname", "lastname", "street", "street_number", "zipcode", "city", "country"),
        *("email", "phone_country", "phone_area", "phone_number"),
    )
    body = {"name": "us", "profile": dict.fromkeys(needed, "x")}
    assert caller.send("POST", "/domains/contacts", body).status_code == 400
    with_defaults = {**body, "profile": {**dict.fromkeys(needed, "x"), "defaults": {}}}
    assert caller.send("POST", "/domains/contacts", with_defaults).status_code == 200


@pytest.mark.parametrize(
    ("variant", "accepted", "status"),
    [
        ("amount", 1234.5, 200),
        ("amount", 1234.49, 400),
        ("amount", True, 400),
        ("amount", "1234.50", 400),
        ("boolean", True, 200),
        ("boolean", 1234.5, 400),
    ],
)
def test_how_a_premium_price_is_accepted(
    emulator: Emulator, caller: Caller, variant: str, accepted: object, status: int
) -> None:
    emulator.variants = Variants(premium_price=variant)
    body = {"domain": "premium.nl", "type": "register", "accept_premium_price": accepted}
    assert caller.send("POST", "/domains/order", body).status_code == status


def test_settings_may_be_ignored(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(ignored_settings="tags,nameservers")
    body = {"tags": ["web"], "is_locked": False}
    assert caller.send("PUT", "/domains/example.nl", body).status_code == 200
    shown = caller.send("GET", "/domains/example.nl").json()["data"]
    assert (shown["tags"], shown["is_locked"]) == ([], False)


def test_writes_may_be_ignored(emulator: Emulator, caller: Caller) -> None:
    before = caller.send("GET", "/domains/example.nl/dns").json()["data"]
    emulator.variants = Variants(writes_ignored=True)
    record = {"type": "A", "name": "new.example.nl.", "value": "192.0.2.9", "ttl": 300}
    for method, path, body in (
        ("PUT", "/domains/example.nl", {"tags": ["web"]}),
        ("PATCH", "/domains/example.nl/dns", {"record": record}),
        ("POST", "/vps/501/stop", {}),
        ("DELETE", "/vps/501", {}),
    ):
        assert caller.send(method, path, body).status_code == 200
    assert caller.send("GET", "/domains/example.nl/dns").json()["data"] == before
    assert caller.send("GET", "/domains/example.nl").json()["data"]["tags"] == []
    assert caller.send("GET", "/vps/501").json()["data"]["status"] == "running"
