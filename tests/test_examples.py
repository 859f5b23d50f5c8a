"""Each example runs against the emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certbot_dns_mijnhost.api import client as client_module
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from examples import check_availability, export_zone, list_domains, point_home


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator(domains=("example.nl", "example.com")) as running:
        monkeypatch.setenv("MIJNHOST_API_KEY", running.account.api_key)
        defaults = client_module.MijnHostClient.__init__.__kwdefaults__ or {}
        monkeypatch.setitem(defaults, "base_url", running.api_url)
        yield running


def test_list_domains(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert list_domains.main() == 0
    assert "2030-01-01  Active      example.nl" in capsys.readouterr().out
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("patch", ["replace", "append"])
def test_point_home(emulator: Emulator, capsys: pytest.CaptureFixture[str], patch: str) -> None:
    emulator.variants = Variants(patch=patch)
    for address in ("192.0.2.7", "192.0.2.8", "192.0.2.8"):
        assert point_home.main("example.nl", "home", address) == 0
    found = [r.value for r in emulator.account.records("example.nl") if r.name.startswith("home.")]
    assert found == ["192.0.2.8"]
    assert "home.example.nl. is 192.0.2.8" in capsys.readouterr().out


def test_check_availability(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_availability.main(["free.nl", "premium.nl"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "free.nl: available, 5.99 to register",
        "premium.nl: available, 1234.50 to register",
    ]
    assert emulator.account.ledger == []


def test_export_zone(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert export_zone.main("example.nl") == 0
    assert "IN MX 10 mail.example.nl." in capsys.readouterr().out
    assert emulator.requests[0].path.endswith("/dns/zone")


@pytest.mark.parametrize(
    "run",
    [
        list_domains.main,
        lambda: point_home.main("example.nl", "home", "192.0.2.7"),
        lambda: check_availability.main(["free.nl"]),
        lambda: export_zone.main("example.nl"),
    ],
)
def test_a_refusal_is_told_in_words(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: object
) -> None:
    emulator.faults.add(Fault.status(401, "No valid API key set"), times=None)
    assert callable(run)
    assert run() == 1
    assert "No valid API key set" in capsys.readouterr().err
