"""Start, stop and the command line; only loopback addresses are used."""

from __future__ import annotations

import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.emulator.__main__ import main
from certbot_dns_mijnhost.emulator.dns_server import bind_on_one_port
from certbot_dns_mijnhost.emulator.http_server import HttpServer
from tests.emulator.support import TIMEOUT, answers, send_query


def test_stop_closes_connections_in_use() -> None:
    threads = threading.active_count()
    with Emulator(lags=(0.0, 0.0)) as emulator:
        host, port = emulator.api_url.split("/")[2].split(":")
        client = http.client.HTTPConnection(host, int(port), timeout=TIMEOUT)
        client.request("GET", "/api/v2/whoami")
        client.getresponse().read()
        name_host, name_port = emulator.nameservers[1].split(":")
        stream = socket.create_connection((name_host, int(name_port)), TIMEOUT)
    assert threading.active_count() == threads
    assert stream.recv(1) == b""
    stream.close()
    client.close()
    gc.collect()
    for address, number in [(host, port), (name_host, name_port)]:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address, int(number)), TIMEOUT)


def test_logs_and_records_remain_after_stop() -> None:
    with Emulator() as emulator:
        requests.get(emulator.api_url + "/whoami", timeout=TIMEOUT)
    assert [line.status for line in emulator.requests] == [401]
    assert emulator.account.records("example.nl")
    emulator.stop()


def test_two_emulators_run_at_the_same_time() -> None:
    with Emulator(lags=(0.0, 0.0)) as one, Emulator(domains=["example.com"]) as other:
        assert one.api_url != other.api_url
        assert answers(send_query(one.nameservers[1], "example.nl", "A")) == ["A 192.0.2.10"]
        assert answers(send_query(other.nameservers[0], "example.com", "A")) == ["A 192.0.2.10"]


def test_start_on_a_port_in_use_leaves_no_thread() -> None:
    threads = threading.active_count()
    with Emulator() as emulator:
        port = int(emulator.api_url.split("/")[2].split(":")[1])
        with pytest.raises(OSError, match="in use"):
            Emulator(port=port).start()
    assert threading.active_count() == threads


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104
def test_an_address_that_is_not_loopback_is_refused(address: str) -> None:
    application = Emulator(serve=False).application
    with pytest.raises(ValueError, match="loopback"):
        HttpServer(application, address)
    with ExitStack() as stack, pytest.raises(ValueError, match="loopback"):
        bind_on_one_port(["127.0.0.1", address], stack)


def test_an_unavailable_address_is_reported() -> None:
    with ExitStack() as stack, pytest.raises(OSError, match="no port"):
        bind_on_one_port(["127.0.0.1", "::1"], stack)


@pytest.mark.parametrize("lags", [(), (0.0,) * 251])
def test_too_few_or_too_many_name_servers_are_refused(lags: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="250"):
        Emulator(lags=lags)


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-m", "certbot_dns_mijnhost.emulator", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_runs_until_a_signal(number: signal.Signals) -> None:
    flags = ["--api-key", "some-key", "--domain", "example.com", "--domain", "example.nl"]
    flags += ["--lag", "0", "--lag", "60", "--variant", "final_dot=false"]
    with program(*flags) as process:
        assert process.stdout is not None
        shown = {}
        for line in iter(process.stdout.readline, "Stop with Ctrl-C.\n"):
            title, _, value = line.partition("  ")
            shown[title.strip()] = value.strip()
        url = shown["API"]
        answer = requests.get(
            f"{url}/domains/example.com/dns", headers={"API-Key": "some-key"}, timeout=TIMEOUT
        )
        assert answer.json()["data"]["records"][0]["name"] == "example.com"
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--variant", "patch=merge"], "choose from replace"),
        (["--domain", "a..b"], "not a domain name"),
        (["--port", "x"], "invalid int"),
    ],
)
def test_invalid_options_are_refused(
    flags: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(flags)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_the_program_reports_a_port_in_use() -> None:
    with Emulator() as emulator:
        port = emulator.api_url.split("/")[2].split(":")[1]
        with program("--port", port) as process:
            _, err = process.communicate()
    assert process.returncode == 2
    assert "in use" in err
    assert "Traceback" not in err


def test_help_shows_the_options() -> None:
    with program("--help") as process:
        out, _ = process.communicate()
    assert process.returncode == os.EX_OK
    assert "--variant NAME=VALUE" in out
