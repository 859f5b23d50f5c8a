from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.nameservers import Server
from certbot_dns_mijnhost.propagation.said import Kind, Said
from certbot_dns_mijnhost.propagation.tally import IN_A_ROW, TRIES, ServerTally

SERVED = Said(Kind.VALUES, frozenset({"value", "other"}))
MISSING = [Said(Kind.NO_NAME), Said(Kind.NO_TXT), Said(Kind.VALUES, frozenset({"other"}))]
USELESS = [Said(Kind.SILENT), Said(Kind.LAME, detail="REFUSED"), Said(Kind.REFERRAL)]

answers = st.sampled_from([SERVED, SERVED, *MISSING, *USELESS])


def tally() -> ServerTally:
    server = Server("ns1", Endpoint("192.0.2.1"))
    return ServerTally(server, {"name.": frozenset({"value"})})


@given(st.lists(answers, max_size=12))
def test_ready_means_served_in_the_last_polls(history: list[Said]) -> None:
    found = tally()
    for said in history:
        found.note({"name.": said})
    latest = history[-IN_A_ROW:]
    assert found.is_ready == (len(latest) == IN_A_ROW and all(said is SERVED for said in latest))


@given(st.lists(answers, max_size=12))
def test_left_out_means_useless_in_the_last_polls(history: list[Said]) -> None:
    found = tally()
    for said in history:
        found.note({"name.": said})
    latest = history[-TRIES:]
    assert found.is_left_out == (len(latest) == TRIES and all(said in USELESS for said in latest))


@given(st.lists(answers, min_size=1, max_size=12))
def test_its_words_are_about_what_is_missing(history: list[Said]) -> None:
    found = tally()
    for said in history:
        found.note({"name.": said})
    is_served = history[-1] is SERVED
    assert (found.status().said == "serves everything") == is_served
    assert str(found.status()).startswith("ns1: ")


def test_a_name_that_was_not_asked_for_is_not_served() -> None:
    found = tally()
    found.note({})
    assert not found.is_ready
    assert found.row == 0
