from __future__ import annotations

import re

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from scripts.local_ca import names_of
from tests.support.certbot import FIXED_WAIT, CertbotUser

pytestmark = pytest.mark.e2e


def test_apex_and_wildcard_are_issued_and_renewed(user: CertbotUser) -> None:
    before = user.zone
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    first = user.certbot.certificate(user.domain)
    assert names_of(first) == {user.domain, f"*.{user.domain}"}
    assert user.zone == before

    renewed = user.certbot.renew()
    assert renewed.exit_code == 0, renewed.output
    second = user.certbot.certificate(user.domain)
    assert names_of(second) == names_of(first)
    assert second.serial_number != first.serial_number
    assert user.zone == before


def test_a_subdomain_alongside_apex_and_wildcard(user: CertbotUser) -> None:
    before = user.zone
    issued = user.obtain("", "*", "a.b")
    assert issued.exit_code == 0, issued.output
    names = names_of(user.certbot.certificate(user.domain))
    assert names == {user.domain, f"*.{user.domain}", f"a.b.{user.domain}"}
    assert user.zone == before


def test_single_records_are_enough_for_single_values(user: CertbotUser) -> None:
    start = len(user.emulator.requests)
    issued = user.obtain("www", "mail")
    assert issued.exit_code == 0, issued.output
    methods = [request.method for request in user.emulator.requests[start:]]
    assert methods.count("PATCH") == 2
    assert methods.count("DELETE") == 2
    assert "PUT" not in methods


@pytest.mark.parametrize(
    "variants",
    [
        Variants(patch="append"),
        Variants(delete="wrong_method"),
        Variants(stale_reads=2),
        Variants(listing_forbidden=True),
    ],
    ids=["append", "without DELETE", "stale reads", "listing forbidden"],
)
def test_other_behaviours_of_the_api(user: CertbotUser, variants: Variants) -> None:
    before = user.zone
    user.emulator.variants = variants
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert user.zone == before


def test_a_schedule_of_faults(user: CertbotUser) -> None:
    before = user.zone
    faults = [
        Fault.status(502),
        Fault.reset(after=True),
        Fault.bad_request("DNS records not managed by mijn.host"),
        Fault.status(429, "Too many requests", {"Retry-After": "1"}),
        Fault.truncated(),
        Fault.html(503),
    ]
    for number, fault in enumerate(faults):
        user.emulator.faults.add(fault, path=f"*/{user.domain}/*", skip=2 * number)
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert user.zone == before


def test_values_of_somebody_else_at_the_name_survive(user: CertbotUser) -> None:
    challenge = f"_acme-challenge.{user.domain}."
    user.emulator.account.add_record(user.domain, "TXT", challenge, "another client's", 60)
    before = user.zone
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert user.zone == before


def test_the_key_is_in_no_log_and_no_output(user: CertbotUser) -> None:
    issued = user.obtain("", "*", more=("-vvv",))
    assert issued.exit_code == 0, issued.output
    assert user.key not in issued.output
    written = [path for path in user.certbot.directory.rglob("*") if path.is_file()]
    assert any(path.name == "letsencrypt.log" for path in written)
    for path in written:
        assert user.key.encode() not in path.read_bytes(), path


def test_the_key_is_in_no_log_of_a_failure(user: CertbotUser) -> None:
    echo = f"Key {user.key} has been seen too often"
    user.emulator.faults.add(Fault.status(401, echo))
    failed = user.obtain("", more=("-vvv",))
    assert failed.exit_code == 1
    assert "has been seen too often" in failed.output
    assert user.key not in failed.output
    assert user.key not in failed.log


def test_a_relative_path_of_the_credentials_still_works_at_renewal(user: CertbotUser) -> None:
    issued = user.certbot.run(
        "certonly",
        *("--authenticator", "dns-mijnhost"),
        *("--dns-mijnhost-credentials", user.credentials.name),
        *("-d", user.domain, "--agree-tos", "--register-unsafely-without-email"),
        cwd=user.credentials.parent,
    )
    assert issued.exit_code == 0, issued.output
    renewed = user.certbot.renew()
    assert renewed.exit_code == 0, renewed.output


def test_the_key_among_systemds_credentials_is_found_and_no_path_is_stored(
    user: CertbotUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(user.credentials.parent))
    issued = user.certbot.run(
        "certonly",
        *("--authenticator", "dns-mijnhost", "-d", user.domain),
        *("--agree-tos", "--register-unsafely-without-email"),
    )
    assert issued.exit_code == 0, issued.output
    stored = user.certbot.directory / "config" / "renewal" / f"{user.domain}.conf"
    assert "dns_mijnhost" not in stored.read_text()
    # At each renewal systemd puts them into a new place.
    moved = user.directory / "of-the-next-run"
    moved.mkdir()
    user.credentials.rename(moved / "mijnhost.ini")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(moved))
    renewed = user.certbot.renew()
    assert renewed.exit_code == 0, renewed.output


def test_wide_permissions_warn_as_certbot_does(user: CertbotUser) -> None:
    user.credentials.chmod(0o644)
    issued = user.obtain("www")
    assert issued.exit_code == 0, issued.output
    assert re.search(r"Unsafe permissions on credentials configuration file", issued.output)


def test_certbot_lists_the_plugin(user: CertbotUser) -> None:
    listed = user.certbot.run("plugins", "--authenticators")
    assert listed.exit_code == 0
    assert "* dns-mijnhost" in listed.output
    assert "mijn.host" in listed.output


def test_a_domain_elsewhere_is_delegated_to_a_throw_away_zone(user: CertbotUser) -> None:
    throw_away = f"challenges-{user.domain}"
    user.emulator.account.add_domain(throw_away, records=[])
    name = f"_acme-challenge.{user.domain}."
    user.emulator.account.add_record(user.domain, "CNAME", name, f"{throw_away}.", 300)
    before = user.zone
    start = len(user.emulator.requests)

    issued = user.obtain("", "*")

    assert issued.exit_code == 0, issued.output
    assert user.zone == before
    assert user.emulator.account.records(throw_away) == []
    paths = {request.path for request in user.emulator.requests[start:]}
    assert paths == {"/api/v2/domains", f"/api/v2/domains/{throw_away}/dns"}


def test_lagging_name_servers_are_waited_for_and_told_of(user: CertbotUser) -> None:
    issued = user.obtain("www")
    assert issued.exit_code == 0, issued.output
    assert "3 name servers served the challenge records after" in issued.output


def test_where_dns_can_not_be_asked_it_waits_and_says_so(user: CertbotUser) -> None:
    user.write(nameservers="127.0.0.1:9", propagation_seconds=FIXED_WAIT, follow_cname="false")
    issued = user.obtain("www")
    assert issued.exit_code == 0, issued.output
    assert issued.output.count("Cannot query the name servers") == 1


def test_the_ca_is_not_asked_where_no_name_server_serves_the_record(user: CertbotUser) -> None:
    with Emulator(domains=(user.domain,)) as other:
        user.write(nameservers=other.nameservers[0], propagation_seconds="2")
        failed = user.obtain("www")
    assert failed.exit_code == 1
    assert f"{other.nameservers[0]}: no such name" in failed.output
    assert "The CA was not asked, because" in failed.output
    assert "Traceback" not in failed.output


def test_name_servers_that_publish_in_batches(user: CertbotUser) -> None:
    before = user.zone
    user.emulator.variants = Variants(publish_every=2.0)
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    names = names_of(user.certbot.certificate(user.domain))
    assert names == {user.domain, f"*.{user.domain}"}
    assert user.zone == before
