"""An API that refuses for a while, and two Certbots that share a delegated name."""

from __future__ import annotations

import threading

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from scripts.local_ca import Certbot, Finished, names_of

from .conftest import Site

pytestmark = pytest.mark.e2e


def rewrites(site: Site, since: int) -> int:
    return sum(request.method == "PUT" for request in site.emulator.requests[since:])


def test_apex_and_wildcard_under_ten_calls_per_twelve_seconds(site: Site) -> None:
    before = site.zone
    site.emulator.variants = Variants(
        patch="replace", rate_limit=10, rate_seconds=12.0, rate_retry_after=False
    )
    start = len(site.emulator.requests)
    issued = site.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert names_of(site.certbot.certificate(site.domain)) == {site.domain, f"*.{site.domain}"}
    assert site.zone == before
    statuses = [request.status for request in site.emulator.requests[start:]]
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
def test_a_rewrite_that_is_refused_once_is_prepared_anew(site: Site, refusal: Fault) -> None:
    before = site.zone
    site.emulator.faults.add(refusal, method="PUT")
    start = len(site.emulator.requests)
    issued = site.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert rewrites(site, start) == 2
    assert site.zone == before


@pytest.mark.parametrize("patch", ["replace", "append"])
def test_two_certbots_at_once_at_one_delegated_name(site: Site, patch: str) -> None:
    target = f"acme.{site.domain}"
    for name in ("one", "two"):
        cname = f"_acme-challenge.{name}.{site.domain}."
        site.emulator.account.add_record(site.domain, "CNAME", cname, f"{target}.", 60)
    before = site.zone
    site.emulator.variants = Variants(patch=patch)
    certbots = {"one": site.certbot, "two": Certbot(site.directory / "two", site.place.pebble)}
    finished: dict[str, Finished] = {}

    def obtain(name: str) -> None:
        host = f"{name}.{site.domain}"
        finished[name] = certbots[name].obtain(site.credentials, [host, f"*.{host}"])

    threads = [threading.Thread(target=obtain, args=(name,)) for name in certbots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, result in finished.items():
        assert result.exit_code == 0, result.output
        assert "Could not remove the TXT record" not in result.output
        host = f"{name}.{site.domain}"
        assert names_of(certbots[name].certificate(host)) == {host, f"*.{host}"}
    assert site.zone == before
