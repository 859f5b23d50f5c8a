"""An API that refuses for a while, and two Certbots that share a delegated name."""

from __future__ import annotations

import threading

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from scripts.local_ca import Finished, names_of
from tests.support.certbot import CertbotUser

pytestmark = pytest.mark.e2e


def rewrites(user: CertbotUser, since: int) -> int:
    return sum(request.method == "PUT" for request in user.emulator.requests[since:])


def test_apex_and_wildcard_under_ten_calls_per_twelve_seconds(user: CertbotUser) -> None:
    user.use_real_pauses()
    before = user.zone
    user.emulator.variants = Variants(
        patch="replace", rate_limit=10, rate_seconds=12.0, rate_retry_after=False
    )
    start = len(user.emulator.requests)
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert names_of(user.certbot.certificate(user.domain)) == {user.domain, f"*.{user.domain}"}
    assert user.zone == before
    statuses = [request.status for request in user.emulator.requests[start:]]
    assert 429 in statuses
    assert len(statuses) < 40


@pytest.mark.parametrize(
    "refusal",
    [
        Fault.status(429, "Too many requests", {"Retry-After": "2"}),
        Fault.bad_request("Something went wrong."),
    ],
    ids=["429", "400"],
)
def test_a_rewrite_that_is_refused_once_is_prepared_anew(user: CertbotUser, refusal: Fault) -> None:
    before = user.zone
    user.emulator.faults.add(refusal, method="PUT")
    start = len(user.emulator.requests)
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert rewrites(user, start) == 2
    assert user.zone == before


@pytest.mark.parametrize("patch", ["replace", "append"])
def test_two_certbots_at_once_at_one_delegated_name(user: CertbotUser, patch: str) -> None:
    target = f"acme.{user.domain}"
    for name in ("one", "two"):
        cname = f"_acme-challenge.{name}.{user.domain}."
        user.emulator.account.add_record(user.domain, "CNAME", cname, f"{target}.", 60)
    before = user.zone
    user.emulator.variants = Variants(patch=patch)
    certbots = {"one": user.certbot, "two": user.another_certbot("two")}
    finished: dict[str, Finished] = {}

    def obtain(name: str) -> None:
        host = f"{name}.{user.domain}"
        finished[name] = certbots[name].obtain(user.credentials, [host, f"*.{host}"])

    threads = [threading.Thread(target=obtain, args=(name,)) for name in certbots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, result in finished.items():
        assert result.exit_code == 0, result.output
        assert "Could not remove the TXT record" not in result.output
        host = f"{name}.{user.domain}"
        assert names_of(certbots[name].certificate(host)) == {host, f"*.{host}"}
    assert user.zone == before
