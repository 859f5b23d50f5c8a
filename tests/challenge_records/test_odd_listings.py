"""A listing with an entry that is not a record is never written back as the zone."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.challenge_records import ChallengeRecords, TXTRecord
from certbot_dns_mijnhost.challenge_records.errors import ZoneNotConfirmedError
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants

KEY = "the-invented-key-of-these-tests"


@pytest.mark.parametrize("odd", [None, "text", 5, [], {}, {"type": "A"}, {"type": [], "name": "x"}])
def test_a_zone_with_an_unreadable_entry_is_not_rewritten(tmp_path: Path, odd: object) -> None:
    policy = RetryPolicy(sleep=lambda _: None, chance=lambda: 0.0)
    with (
        Emulator(api_key=KEY, domains=("example.nl",)) as emulator,
        MijnHostClient(KEY, base_url=emulator.api_url, retry=policy) as client,
    ):
        emulator.variants = Variants(patch="unsupported")
        records = [record.raw for record in client.dns_records.get_all("example.nl")]
        answer = {"status": 200, "data": {"domain": "example.nl", "records": [*records, odd]}}
        emulator.faults.add(Fault.envelope(answer), method="GET", path="*/dns", times=None)
        challenges = ChallengeRecords(
            client, backup_directory=tmp_path, lock_directory=tmp_path, retry=policy
        )
        with pytest.raises(ZoneNotConfirmedError, match=f"skipped entry {len(records) + 1} of"):
            challenges.publish([TXTRecord("_acme-challenge.example.nl", "value")])
        assert "PUT" not in {request.method for request in emulator.requests}
