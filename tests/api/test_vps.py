"""Servers, against the emulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from certbot_dns_mijnhost.api import (
    InvalidResponseError,
    MijnHostClient,
    MijnHostError,
    NotFoundError,
    Secret,
    VPSAddress,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault


def test_servers_are_listed_and_shown(client: MijnHostClient) -> None:
    [listed] = client.vps.get_all()
    assert (listed.id, listed.hostname, listed.status) == (501, "vps1.example.nl", "running")
    assert listed.is_locked is None, "a listing does not say"
    found = client.vps.get(listed.id)
    assert found.is_locked is False
    assert found.addresses == (
        VPSAddress("192.0.2.10", "vps1.example.nl"),
        VPSAddress("2001:db8::10"),
    )
    assert found.raw["details"]["tasks"] == []
    with pytest.raises(NotFoundError):
        client.vps.get(502)


def test_reverse_dns_and_host_name_are_set(client: MijnHostClient) -> None:
    client.vps.set_reverse_dns(501, {"2001:db8::10": "six.example.nl"})
    client.vps.set_hostname(501, "web.example.nl")
    found = client.vps.get(501)
    assert found.hostname == "web.example.nl"
    assert [each.reverse for each in found.addresses] == ["vps1.example.nl", "six.example.nl"]


def test_a_server_is_switched_on_and_off(client: MijnHostClient) -> None:
    calls: list[tuple[Callable[[int], None], str]] = [
        (client.vps.stop, "stopped"),
        (client.vps.start, "running"),
        (client.vps.power_off, "stopped"),
        (client.vps.restart, "running"),
        (client.vps.cancel, "cancelled"),
        (client.vps.restore, "running"),
    ]
    for call, status in calls:
        call(501)
        assert client.vps.get(501).status == status


def test_passwords_of_a_server_are_secrets(client: MijnHostClient, emulator: Emulator) -> None:
    passwords = emulator.account.data.services.passwords
    found = client.vps.reset_password(501)
    assert found.reveal() == passwords[501]
    again = client.vps.reinstall(501, client.vps.get_images()[1].id)
    assert again.reveal() == passwords[501] != found.reveal()
    assert client.vps.get(501).raw["details"]["image_id"] == 14
    assert client.vps.enable_rescue(501) == Secret("rescue-of-501")
    assert client.vps.get(501).raw["details"]["rescue"] is True
    client.vps.disable_rescue(501)
    assert client.vps.get(501).raw["details"]["rescue"] is False
    assert "501" not in f"{found} {found!r} {again!r}"


@pytest.mark.parametrize(
    ("data", "password"),
    [
        ({"password": "p-1"}, "p-1"),
        ({"root_password": "p-2", "password_expires": "never"}, "p-2"),
        ({"note": "done", "temporaryPass": "p-3"}, "p-3"),
        ({"password": 12345678}, "12345678"),
        ("p-4", "p-4"),
        ({"note": "done"}, None),
        ({"password": ""}, None),
        ({"password": ["p"]}, None),
        ({}, None),
        ([], None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_a_password_is_found_under_any_likely_name(
    client: MijnHostClient, emulator: Emulator, data: object, password: str | None
) -> None:
    calls: list[Callable[[int], Secret]] = [
        client.vps.reset_password,
        client.vps.enable_rescue,
        lambda number: client.vps.reinstall(number, 12),
    ]
    for call in calls:
        emulator.faults.add(Fault.envelope({"status": 200, "data": data}))
        if password is not None:
            assert call(501).reveal() == password
            continue
        with pytest.raises(InvalidResponseError, match="no password") as caught:
            call(501)
        assert caught.value.may_have_taken_effect


def test_backups_are_made_and_restored(client: MijnHostClient, emulator: Emulator) -> None:
    client.vps.create_backup(501)
    automatic, made = client.vps.get_backups(501)
    assert (automatic.key, automatic.type, made.type) == (1, "incremental", "snapshot")
    client.vps.restore_backup(501, automatic.key, incremental=True)
    client.vps.restore_backup(501, made.key)
    assert client.vps.get(501).raw["details"]["restored"] == made.key
    with pytest.raises(MijnHostError, match="type"):
        client.vps.restore_backup(501, automatic.key)
    assert [r.method for r in emulator.requests].count("PATCH") == 3
