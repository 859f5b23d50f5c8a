"""A run that is killed, and others at work on the same zone."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from scripts.local_ca import Certbot, names_of
from tests.support.waiting import wait_until

from .conftest import Site

pytestmark = pytest.mark.e2e


@contextlib.contextmanager
def started(site: Site, certbot: Certbot) -> Iterator[subprocess.Popen[str]]:
    command = certbot.command(
        "certonly",
        *("--authenticator", "dns-mijnhost"),
        *("--dns-mijnhost-credentials", str(site.credentials)),
        *("-d", site.domain, "-d", f"*.{site.domain}"),
        *("--agree-tos", "--register-unsafely-without-email"),
    )
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=certbot.environment(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def challenges(site: Site) -> int:
    return sum("_acme-challenge" in record.name for record in site.records)


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_does_not_break_the_next_one(site: Site, kind: signal.Signals) -> None:
    before = site.zone
    site.emulator.variants = Variants(patch="append")
    # Nobody is at this address, so the run waits for it until it is killed.
    site.write(nameservers="127.0.0.1:9", propagation_seconds="3600", follow_cname="false")
    with started(site, site.certbot) as killed:
        wait_until(lambda: challenges(site) == 2)
        time.sleep(0.5)
        killed.send_signal(kind)
        output, _ = killed.communicate()
    assert killed.returncode != 0
    if kind == signal.SIGTERM:
        assert "Traceback" not in output
        assert site.zone == before, "Certbot lets the plugin clean up"
    else:
        assert challenges(site) == 2
    left = site.zone

    site.credentials = site.write()
    issued = site.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert site.zone == left, "what the killed run left is not ours to judge, and in nobody's way"


def test_somebody_else_edits_the_zone_meanwhile(site: Site) -> None:
    before = site.zone
    site.emulator.variants = Variants()
    done = threading.Event()
    written: list[str] = []

    def edit() -> None:
        # Between the calls of the plugin: it reads and writes the zone within a few milliseconds.
        while not done.wait(2.5):
            name = f"by-hand-{len(written)}.{site.domain}."
            site.emulator.account.add_record(site.domain, "A", name, "192.0.2.77", 300)
            written.append(name)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        issued = site.obtain("", "*")
    finally:
        done.set()
        editor.join()
    assert issued.exit_code == 0, issued.output
    assert written
    names = {record.name for record in site.records}
    assert set(written) <= names
    assert len(site.zone) == len(before) + len(written)


def test_two_certbots_at_once_on_one_zone(site: Site) -> None:
    before = site.zone
    other = Certbot(site.directory / "other", site.place.pebble)
    with started(site, site.certbot) as first, started(site, other) as second:
        outputs = [process.communicate()[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), outputs
    for certbot in (site.certbot, other):
        wanted = {site.domain, f"*.{site.domain}"}
        assert names_of(certbot.certificate(site.domain)) == wanted
    assert site.zone == before


def test_what_has_to_stay_is_named_and_the_certificate_is_issued(site: Site) -> None:
    site.emulator.variants = Variants(delete="wrong_method")
    site.write(allow_zone_rewrite="false")
    issued = site.obtain("www")
    assert issued.exit_code == 0, issued.output
    [record] = [r for r in site.records if "_acme-challenge" in r.name]
    assert (
        f"The TXT record {record.name.rstrip('.')} with the value {record.value}" in issued.output
    )
    assert f"in the zone {site.domain}" in issued.output


def test_an_api_that_fails_at_cleanup_fails_no_certificate(site: Site) -> None:
    site.emulator.faults.add(Fault.status(401, "No valid API key set"), method="DELETE", times=None)
    issued = site.obtain("www")
    assert issued.exit_code == 0, issued.output
    assert "Could not remove the TXT record" in issued.output
    assert "No valid API key set" in issued.output
    assert "Traceback" not in issued.output
