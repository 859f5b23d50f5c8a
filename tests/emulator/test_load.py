"""An account that is loaded from a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator

SEED = {
    "domains": [
        {
            "domain": "seeded.nl",
            "tags": ["web"],
            "managed_dns": False,
            "records": [["A", "www.seeded.nl.", "192.0.2.1", 300]],
        },
        {"domain": "plain.nl", "odd_entries": [None, {"type": "A"}]},
    ],
    "contacts": [{"id": 7, "name": "us", "profile": {"city": "Ons Dorp"}}],
    "nameservers": [{"alias": "ours", "nameservers": []}],
    "templates": [{"id": 8, "alias": "web", "default": 0, "records": []}],
    "vps": [{"id": 9, "hostname": "a.seeded.nl"}],
    "invoices": [],
}


def test_the_contents_of_the_file_are_in_the_account(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(SEED))
    account = Emulator(seed=path, serve=False).account
    assert [domain.name for domain in account.domains()] == ["seeded.nl", "plain.nl"]
    assert [record.value for record in account.records("seeded.nl")] == ["192.0.2.1"]
    assert not account.find("seeded.nl").managed_dns
    assert len(account.records("plain.nl")) > 3
    assert account.find("plain.nl").odd_entries == [None, {"type": "A"}]
    assert account.data.contacts[7]["name"] == "us"
    assert set(account.data.profiles) == {"ours"}
    assert set(account.data.templates) == {8}
    services = account.data.services
    assert services.vps == {9: {"id": 9, "hostname": "a.seeded.nl"}}
    assert services.invoices == {}
    assert services.certificates, "what the file does not name stays"


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"domains": [{}]}', '{"domains": 1}', '{"vps": [{}]}']
)
def test_an_invalid_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "account.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"Expecting|not a valid account file"):
        Emulator(seed=path, serve=False)


def test_the_program_reports_an_invalid_file(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text("[]")
    finished = subprocess.run(
        [sys.executable, "-m", "certbot_dns_mijnhost.emulator", "--seed", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert "is not a valid account file" in finished.stderr
    assert "Traceback" not in finished.stderr
