"""The test record, with each possible behaviour of the API."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from certbot_dns_mijnhost.api import RetryPolicy
from certbot_dns_mijnhost.doctor import State
from certbot_dns_mijnhost.emulator import Fault, Variants
from certbot_dns_mijnhost.zone.lock import ZoneLock, default_directory

from .runner import DoctorRunner


@pytest.mark.parametrize(
    ("variants", "patch", "state"),
    [
        (Variants(), "replaces", State.NOTE),
        (Variants(patch="append"), "appends", State.OK),
        (Variants(patch="append", quoted_txt=True, final_dot=False), "appends", State.OK),
        (Variants(patch="replace_first", delete_missing="ok"), "replaces", State.NOTE),
    ],
)
def test_it_reports_how_the_api_behaves_and_leaves_nothing(
    runner: DoctorRunner, variants: Variants, patch: str, state: State
) -> None:
    runner.emulator.variants = variants
    before = runner.emulator.account.records("example.nl")
    found = runner.run("example.nl", write=True)
    assert not found.has_failed
    assert found.one("patch").data["patch"] == patch
    assert found.one("patch").state is state
    assert found.one("write").state is State.OK
    assert found.one("publication").data["servers"] == 2
    assert found.one("delete").state is State.OK
    assert found.one("others").data["records"] == len(before)
    assert runner.emulator.account.records("example.nl") == before
    assert not any(request.method == "PUT" for request in runner.emulator.requests)


def test_other_records_that_vanish_meanwhile_are_named(
    runner: DoctorRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = runner.emulator.account
    read_records = account.read_records

    def read_without_mail(domain: str) -> Any:
        is_after = any(request.method == "DELETE" for request in runner.emulator.requests)
        records = read_records(domain)
        return [each for each in records if not (is_after and each.type == "MX")]

    monkeypatch.setattr(account, "read_records", read_without_mail)
    others = runner.run("example.nl", write=True).one("others")
    assert others.state is State.WARNING
    assert "(1): - example.nl MX 10 mail.example.nl." in others.message
    assert [each["type"] for each in others.data["missing"]] == ["MX"]


def test_all_checks_share_what_dns_answered(runner: DoctorRunner) -> None:
    runner.run("example.nl", "*.example.nl", write=True)
    numbers = Counter(
        (query.server, query.type, query.name)
        for query in runner.emulator.queries
        if query.server == runner.emulator.resolver or query.type in {"NS", "CNAME"}
    )
    assert len(numbers) > 5
    assert {query: number for query, number in numbers.items() if number > 1} == {}


def test_stale_and_short_reads_are_reported(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(patch="append", stale_reads=2, short_reads=3)
    reads = runner.run("example.nl", write=True).one("reads")
    assert reads.state is State.NOTE
    assert reads.data["readings_until_shown"] > 1


def test_alternating_replicas_are_reported(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(lagging_replica=True, replica_seconds=30.0)
    reads = runner.run("example.nl", write=True).one("reads")
    assert reads.state is State.NOTE
    assert reads.data["stale"] > 0
    assert "The plugin handles this" in reads.message


@pytest.mark.parametrize("delete", ["wrong_method", "method_not_allowed"])
def test_without_delete_nothing_is_written(runner: DoctorRunner, delete: str) -> None:
    runner.emulator.variants = Variants(delete=delete)
    before = runner.emulator.account.records("example.nl")
    found = runner.run("example.nl", write=True)
    assert found.one("delete").state is State.WARNING
    assert "no test record was created" in found.one("delete").message
    assert runner.emulator.account.records("example.nl") == before
    assert not any(request.method in {"PATCH", "PUT"} for request in runner.emulator.requests)


def test_without_delete_and_zone_rewrite_nothing_is_written(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(delete="wrong_method")
    runner.settings["allow_zone_rewrite"] = "false"
    delete = runner.run("example.nl", write=True).one("delete")
    assert "dns_mijnhost_allow_zone_rewrite = false forbids" in delete.message
    assert "remove the challenge records yourself" in delete.next_step


@pytest.mark.parametrize("allowed", [True, False])
def test_an_api_without_patch(runner: DoctorRunner, allowed: bool) -> None:
    runner.emulator.variants = Variants(patch="unsupported")
    runner.settings["allow_zone_rewrite"] = str(allowed)
    found = runner.run("example.nl", write=True)
    patch = found.one("patch")
    assert patch.state is (State.WARNING if allowed else State.FAILED)
    assert "cannot add single records" in patch.message
    assert "delete" not in {finding.check for finding in found.findings}, "nothing was removed"
    assert not any(request.method == "PUT" for request in runner.emulator.requests)


def test_a_forbidden_zone_rewrite_for_a_wildcard(runner: DoctorRunner) -> None:
    runner.settings["allow_zone_rewrite"] = "false"
    patch = runner.run("example.nl", write=True).one("patch")
    assert patch.state is State.WARNING
    assert "one certificate for the domain and another for its wildcard" in patch.next_step


def test_name_servers_that_never_serve_it(runner: DoctorRunner) -> None:
    runner.settings["propagation_seconds"] = "1"
    runner.emulator._nameservers.lags = (600.0, 600.0)
    found = runner.run("example.nl", write=True)
    publication = found.one("publication")
    assert publication.state is State.FAILED
    assert "no such name" in publication.message
    assert "published name servers" in publication.next_step
    assert found.one("delete").state is State.OK


def test_one_name_server_that_lags(runner: DoctorRunner) -> None:
    runner.flags["propagation-seconds"] = "1"
    runner.emulator._nameservers.lags = (0.0, 600.0)
    publication = runner.run("example.nl", write=True).one("publication")
    assert publication.state is State.WARNING
    assert "Not up to date by then: ns2.mijn.host" in publication.message


def test_no_wait(runner: DoctorRunner) -> None:
    runner.settings["propagation_seconds"] = "0"
    assert runner.run("example.nl", write=True).one("publication").state is State.SKIPPED


def test_a_refused_write_is_reported_and_leaves_nothing(runner: DoctorRunner) -> None:
    before = runner.emulator.account.records("example.nl")
    runner.emulator.faults.add(Fault.status(403, "Read-only key"), method="PATCH", times=None)
    found = runner.run("example.nl", write=True)
    assert "Read-only key" in found.one("write").message
    assert found.one("write").state is State.FAILED
    assert "delete" not in {finding.check for finding in found.findings}, "nothing was removed"
    assert runner.emulator.account.records("example.nl") == before


@pytest.mark.parametrize(
    "fault",
    [Fault.status(403, "Add only"), Fault.status(500), Fault.status(429), Fault.reset()],
    ids=["403", "500", "429", "reset"],
)
def test_nothing_is_written_if_removal_is_uncertain(runner: DoctorRunner, fault: Fault) -> None:
    runner.emulator.faults.add(fault, method="DELETE", times=None)
    found = runner.run("example.nl", write=True)
    assert found.one("write").state is State.FAILED
    assert "DELETE /domains/example.nl/dns" in found.one("write").message
    assert not any(request.method == "PATCH" for request in runner.emulator.requests)


def test_a_key_revoked_before_the_write_leaves_nothing_to_remove(runner: DoctorRunner) -> None:
    for method in ("PATCH", "DELETE"):
        runner.emulator.faults.add(
            Fault.status(401), method=method, skip=method == "DELETE", times=None
        )
    found = runner.run("example.nl", write=True)
    [write] = found.failed()
    assert write.check == "write"
    assert "PATCH" in write.message


@pytest.mark.parametrize("fault", [Fault.reset(after=True), Fault.status(500, after=True)])
def test_a_write_whose_answer_is_lost_shows_at_once_all_the_same(
    runner: DoctorRunner, fault: Fault
) -> None:
    runner.emulator.faults.add(fault, method="PATCH")
    reads = runner.run("example.nl", write=True).one("reads")
    assert reads.state is State.OK
    assert reads.data["readings_until_shown"] == 1


def test_a_record_that_no_read_shows_is_reported(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(stale_seconds=3600.0)
    reads = runner.run("example.nl", write=True).one("reads")
    assert reads.state is State.NOTE
    assert reads.data["readings_until_shown"] is None
    assert reads.message.startswith("None of ")


def test_a_zone_that_another_process_changes_is_waited_for_once(runner: DoctorRunner) -> None:
    with ZoneLock("example.nl", default_directory(), RetryPolicy()).held():
        found = runner.run("example.nl", write=True)
    assert "Another process on this machine" in found.one("write").message
    assert "delete" not in {finding.check for finding in found.findings}
    assert 250 < runner.clock.now < 350


def test_test_records_that_remain_are_reported(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(patch="append")
    runner.emulator.faults.add(
        Fault.status(403, "May not delete"), method="DELETE", skip=1, times=None
    )
    found = runner.run("example.nl", write=True)
    left = [r for r in runner.emulator.account.records("example.nl") if "doctor" in r.name]
    reported = [finding for finding in found.failed() if finding.check == "delete"]
    assert len(left) == len(reported) == 2
    for record, finding in zip(left, reported):
        assert record.name.rstrip(".") in finding.message
        assert repr(record.value) in finding.message
        assert "control panel" in finding.next_step


def test_each_zone_is_tried_once(runner: DoctorRunner) -> None:
    found = runner.run("example.nl", "*.example.nl", "www.example.nl", write=True)
    assert found.one("write").domain == "example.nl"
    assert len([finding for finding in found.findings if finding.check == "zone"]) == 2
