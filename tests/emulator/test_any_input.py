"""Any request gets an envelope, and a refused request changes nothing."""

from __future__ import annotations

import json
from urllib.parse import quote

import dns.message
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.emulator import DEFAULT_API_KEY, Answer, Emulator, Request, Variants
from certbot_dns_mijnhost.emulator.records import RECORD_TYPES
from tests.emulator.support import CHALLENGE
from tests.support.json_values import any_json

words = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["@", "", "www", CHALLENGE, "10 mail.example.nl.", "192.0.2.1", "a..b"]),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words)
anything = any_json | words
record = st.fixed_dictionaries(
    {"type": st.sampled_from(RECORD_TYPES) | scalars, "name": words | scalars},
    optional={"value": words | scalars, "ttl": st.just(60) | scalars},
)
bodies = st.one_of(
    anything,
    st.fixed_dictionaries({"record": record | anything}),
    st.fixed_dictionaries({"records": st.lists(record, max_size=3) | anything}),
)
variants = st.builds(
    Variants,
    patch=st.sampled_from(["replace", "replace_first", "append"]),
    null_patch=st.sampled_from(["refused", "removes", "ignored"]),
    keeps_relative_names=st.booleans(),
    quoted_txt=st.booleans(),
    duplicates=st.booleans(),
    delete_needs_listed_name=st.booleans(),
)


def send(emulator: Emulator, method: str, path: str, body: bytes = b"") -> Answer:
    headers = {"API-Key": DEFAULT_API_KEY}
    return emulator.application.handle(Request(method, f"/api/v2/{path}", headers, body))


@given(method=st.sampled_from(["PUT", "PATCH", "DELETE"]), body=bodies, chosen=variants)
def test_any_body_gets_an_envelope_and_a_refusal_changes_nothing(
    method: str, body: object, chosen: Variants
) -> None:
    emulator = Emulator(serve=False, variants=chosen)
    before = emulator.account.records("example.nl")
    answer = send(emulator, method, "domains/example.nl/dns", json.dumps(body).encode())
    assert json.loads(answer.body)["status"] == answer.status
    assert answer.status in {200, 400, 404}
    if answer.status != 200:
        assert emulator.account.records("example.nl") == before
    listing = json.loads(send(emulator, "GET", "domains/example.nl/dns").body)
    assert len(listing["data"]["records"]) == len(emulator.account.records("example.nl"))
    response = emulator.answer(dns.message.make_query("example.nl", "SOA"), 0)
    assert response is not None
    assert response.to_wire()


@given(method=st.sampled_from(["GET", "PUT", "POST"]), segments=st.lists(words, max_size=4))
def test_any_path_gets_an_envelope(method: str, segments: list[str]) -> None:
    path = "/".join(quote(part.encode("utf-8", "surrogatepass"), safe="") for part in segments)
    answer = send(Emulator(serve=False), method, path)
    assert json.loads(answer.body)["status"] == answer.status


@given(value=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=600))
def test_any_txt_value_is_published_as_sent(value: str) -> None:
    emulator = Emulator(serve=False)
    sent = {"type": "TXT", "name": CHALLENGE, "value": value, "ttl": 60}
    assert send(emulator, "PATCH", "domains/example.nl/dns", _body(sent)).status == 200
    response = emulator.answer(dns.message.make_query(CHALLENGE, "TXT"), 0)
    assert response is not None
    [data] = response.answer[0]
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    assert quoted or b"".join(data.strings).decode() == value


def _body(sent: dict[str, object]) -> bytes:
    return json.dumps({"record": sent}).encode()
