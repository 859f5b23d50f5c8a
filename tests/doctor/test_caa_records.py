"""Which CAs the CAA records allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.doctor.caa_records import CAARecord, CAARecords

OURS = "letsencrypt.org"


def objection(*texts: str, is_wildcard: bool = False, ca: str = OURS) -> str:
    return _records(*texts).objection(ca, is_wildcard=is_wildcard)


def _records(*texts: str) -> CAARecords:
    parts = [text.split(" ", 2) for text in texts]
    return CAARecords("example.nl", tuple(CAARecord(int(f), tag, v) for f, tag, v in parts))


@pytest.mark.parametrize(
    ("texts", "is_allowed", "is_wildcard_allowed"),
    [
        ((), True, True),
        (("0 issue letsencrypt.org",), True, True),
        (("0 issue LetsEncrypt.org",), True, True),
        (("0 issue ca.example", "0 issue letsencrypt.org"), True, True),
        (("0 issue \tletsencrypt.org. \t",), True, True),
        (("0 issue ..",), False, False),
        (("0 issue ca.example",), False, False),
        (("0 issue ;",), False, False),
        (("0 issue ca.example", "0 issuewild letsencrypt.org"), False, True),
        (("0 issue letsencrypt.org", "0 issuewild ;"), True, False),
        (("0 issuewild ca.example",), True, False),
        (("0 iodef mailto:a@example.nl",), True, True),
        (("0 issue letsencrypt.org; validationmethods=dns-01",), True, True),
        (("0 issue letsencrypt.org;validationmethods=http-01,dns-01",), True, True),
        (("0 issue  letsencrypt.org ; validationmethods = dns-01 ; x=1",), True, True),
        (("0 issue letsencrypt.org;",), True, True),
        (("0 issue letsencrypt.org; policy=a=b",), True, True),
        (("0 issue letsencrypt.org;validationmethods=http-01, dns-01",), False, False),
        (("0 issue letsencrypt.org dns-01",), False, False),
        (("0 issue letsencrypt.org; policy",), False, False),
        (("0 issue letsencrypt.org; x=1;",), False, False),
        (("0 issue letsencrypt.org; accounturi=a; accounturi=a",), False, False),
        (("0 issue %%%%%", "0 issue letsencrypt.org"), True, True),
        (("0 issue letsencrypt.org; validationmethods=http-01",), False, False),
        (("128 future-tag x", "0 issue letsencrypt.org"), False, False),
        (("0 future-tag x", "0 issue letsencrypt.org"), True, True),
        (("128 issue letsencrypt.org",), True, True),
        (("128 issuemail ca.example",), True, True),
        (("128 contactemail a@example.nl",), False, False),
        (("1 future-tag x",), False, False),
        (("64 future-tag x",), True, True),
    ],
)
def test_who_may_issue(texts: tuple[str, ...], is_allowed: bool, is_wildcard_allowed: bool) -> None:
    assert (objection(*texts) == "") is is_allowed
    assert (objection(*texts, is_wildcard=True) == "") is is_wildcard_allowed


def test_the_objection_shows_the_record() -> None:
    assert objection("0 issue ca.example") == '0 issue "ca.example" does not name letsencrypt.org'


def test_a_value_that_breaks_the_grammar_is_named() -> None:
    value = "letsencrypt.org; validationmethods=http-01, dns-01"
    assert objection(f"0 issue {value}") == (
        f'0 issue "{value}" violates the CAA grammar, which forbids all CAs'
    )


@pytest.mark.parametrize(
    ("texts", "accounts"),
    [
        (("0 issue letsencrypt.org; accounturi=https://a/1",), ("https://a/1",)),
        (("0 issue letsencrypt.org; accounturi=https://a/1", "0 issue letsencrypt.org"), ()),
        (
            (
                "0 issue letsencrypt.org; accounturi=https://a/1",
                "0 issue letsencrypt.org; accounturi=https://a/2",
            ),
            ("https://a/1", "https://a/2"),
        ),
        (
            (
                "0 issue letsencrypt.org; accounturi=https://a/1; validationmethods=dns-01",
                "0 issue letsencrypt.org; validationmethods=http-01",
            ),
            ("https://a/1",),
        ),
        (("0 issue ca.example",), ()),
    ],
)
def test_the_only_accounts_that_may_issue(
    texts: tuple[str, ...], accounts: tuple[str, ...]
) -> None:
    assert _records(*texts).accounts(OURS, is_wildcard=False) == accounts


def test_a_further_record_belongs_to_those_that_decide() -> None:
    by_issue, by_issuewild = "0 issue ca.example", "0 issuewild ca.example"
    assert _records(by_issue).tag(is_wildcard=True) == "issue"
    assert _records(by_issue, by_issuewild).tag(is_wildcard=True) == "issuewild"
    assert _records(by_issue, by_issuewild).tag(is_wildcard=False) == "issue"


@given(st.lists(st.tuples(st.integers(0, 255), st.text(max_size=8), st.text(max_size=30))))
def test_any_caa_records_are_evaluated(records: list[tuple[int, str, str]]) -> None:
    made = CAARecords("example.nl", tuple(CAARecord(*record) for record in records))
    allowed = made.objection(OURS, is_wildcard=False) == ""
    names_nobody = all(tag != "issue" for _, tag, _ in records)
    is_critical = any(flags & 129 for flags, _, _ in records)
    assert allowed or not (names_nobody and not is_critical)
