"""A run that is killed, and others at work on the same zone."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from scripts.local_ca import names_of
from tests.support.certbot import CertbotUser
from tests.support.waiting import wait_until

pytestmark = pytest.mark.e2e


@contextlib.contextmanager
def started(user: CertbotUser) -> Iterator[subprocess.Popen[str]]:
    command = user.certbot.command(
        "certonly",
        *("--authenticator", "dns-mijnhost"),
        *("--dns-mijnhost-credentials", str(user.credentials)),
        *("-d", user.domain, "-d", f"*.{user.domain}"),
        *("--agree-tos", "--register-unsafely-without-email"),
    )
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=user.certbot.environment(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def challenges(user: CertbotUser) -> int:
    return sum("_acme-challenge" in record.name for record in user.records)


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_does_not_break_the_next_one(user: CertbotUser, kind: signal.Signals) -> None:
    before = user.zone
    user.emulator.variants = Variants(patch="append")
    # No host has this address, so the run waits for it until it is killed.
    user.write(nameservers="127.0.0.1:9", propagation_seconds="3600", follow_cname="false")
    with started(user) as killed:
        wait_until(lambda: challenges(user) == 2)
        time.sleep(0.5)
        killed.send_signal(kind)
        output, _ = killed.communicate()
    assert killed.returncode != 0
    if kind == signal.SIGTERM:
        assert "Traceback" not in output
        assert user.zone == before, "Certbot lets the plugin clean up"
    else:
        assert challenges(user) == 2
    left = user.zone

    user.credentials = user.write()
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert user.zone == left, (
        "what the killed run left is not checked here, and blocks no other run"
    )


def test_somebody_else_edits_the_zone_meanwhile(user: CertbotUser) -> None:
    user.use_real_pauses()
    before = user.zone
    user.emulator.variants = Variants()
    done = threading.Event()
    written: list[str] = []

    def edit() -> None:
        # Between the calls of the plugin: it reads and writes the zone within a few milliseconds.
        while not done.wait(2.5):
            name = f"by-hand-{len(written)}.{user.domain}."
            user.emulator.account.add_record(user.domain, "A", name, "192.0.2.77", 300)
            written.append(name)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        issued = user.obtain("", "*")
    finally:
        done.set()
        editor.join()
    assert issued.exit_code == 0, issued.output
    assert written
    names = {record.name for record in user.records}
    assert set(written) <= names
    assert len(user.zone) == len(before) + len(written)


def test_two_certbots_at_once_on_one_zone(user: CertbotUser) -> None:
    before = user.zone
    names = [user.domain, f"*.{user.domain}"]
    certbots = [user.certbot, user.another_certbot("other")]
    with ThreadPoolExecutor() as threads:
        runs = [threads.submit(each.obtain, user.credentials, names) for each in certbots]
    for certbot, run in zip(certbots, runs):
        assert run.result().exit_code == 0, run.result().output
        assert names_of(certbot.certificate(user.domain)) == set(names)
    assert user.zone == before


def test_what_has_to_stay_is_named_and_the_certificate_is_issued(user: CertbotUser) -> None:
    user.emulator.variants = Variants(delete="wrong_method")
    user.write(allow_zone_rewrite="false")
    issued = user.obtain("www")
    assert issued.exit_code == 0, issued.output
    [record] = [r for r in user.records if "_acme-challenge" in r.name]
    name = record.name.rstrip(".")
    assert f'Could not remove the TXT record {name} ("{record.value}")' in issued.output
    assert f"from the zone {user.domain}" in issued.output


def test_an_api_that_fails_at_cleanup_fails_no_certificate(user: CertbotUser) -> None:
    user.emulator.faults.add(Fault.status(401, "No valid API key set"), method="DELETE", times=None)
    issued = user.obtain("www")
    assert issued.exit_code == 0, issued.output
    assert "Could not remove the TXT record" in issued.output
    assert "No valid API key set" in issued.output
    assert "Traceback" not in issued.output
