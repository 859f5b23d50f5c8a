"""Each example runs against the emulator."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from certbot_dns_mijnhost.zone import backup
from examples import (
    apply_template,
    change_record,
    dynamic_dns,
    expiring_domains,
    export_contacts,
    export_zone,
    move_zone,
    order_domain,
    sync_zone,
)
from tests.support.virtual_time import sleep_virtually

EXAMPLES: tuple[ModuleType, ...] = (
    apply_template,
    change_record,
    dynamic_dns,
    expiring_domains,
    export_contacts,
    export_zone,
    move_zone,
    order_domain,
    sync_zone,
)
VARIANTS = {
    "default": Variants(),
    "PATCH appends": Variants(patch="append"),
    "PATCH replaces the first": Variants(patch="replace_first"),
    "no PATCH": Variants(patch="unsupported"),
    "no DELETE": Variants(delete="wrong_method"),
    "no DELETE, PATCH appends": Variants(delete="method_not_allowed", patch="append"),
    "DELETE by the listed name": Variants(delete_needs_listed_name=True, name_case="upper"),
    "names in capitals, PATCH appends": Variants(patch="append", name_case="upper"),
    "names without a final dot, PATCH appends": Variants(patch="append", final_dot=False),
    "one TTL per RRset": Variants(rrset_ttl="shared"),
    "relative twins": Variants(keeps_relative_names=True),
    "quoted TXT": Variants(quoted_txt=True, final_dot=False),
    "stored in another spelling": Variants(normalizes="no_final_dot", refuses_duplicates=True),
    "stale reads": Variants(stale_reads=2, patch="append"),
    "a minute old": Variants(cached_seconds=60.0),
    "short reads": Variants(short_reads=2, short_kind="shortened"),
    "a lagging replica": Variants(lagging_replica=True, patch="append"),
    "rate limit": Variants(rate_limit=10),
}
CONTACT = {
    "firstname": "Jane",
    "lastname": "Doe, PhD",
    "street": "Road",
    "street_number": "1",
    "zipcode": "1234 AB",
    "city": "Town",
    "country": "NL",
    "email": "jane@example.nl",
    "phone_country": "+31",
    "phone_area": "20",
    "phone_number": "1234567",
    "passport_number": "SECRET-PASSPORT",
}
ZONE_FILE = """\
$TTL 1h
@   IN SOA ns1.old-host.example. admin.old-host.example. 1 7200 3600 1209600 300
    IN NS  ns1.old-host.example.
    IN NS  ns2.old-host.example.
    IN A   192.0.2.1
    IN MX  10 mail
    IN TXT "v=spf1 " "mx -all"
www IN CNAME @
shop 300 IN CNAME @
$ORIGIN .
www.example.com 300 IN A 192.0.2.99
$ORIGIN sub.example.nl
a   IN AAAA 2001:db8:0::1
sub2.example.nl. IN NS ns.elsewhere.example.
_sip._tcp IN SRV 10 20 5060 ( sip.example.nl.
                            )
"""
YAML = """\
'':
  - {type: A, values: [192.0.2.1, 192.0.2.2], ttl: 300}
  - {type: MX, value: 10 mail.example.nl.}
www: {type: CNAME, value: example.nl.}
text: {type: TXT, value: 'one; two "three"'}
"""
Row = tuple[str, str, str]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    """Serve two domains, by a clock that only sleeping moves."""
    # Root's copies would be among those of the machine's own Certbot.
    monkeypatch.setattr(backup, "PLUGIN_DIRECTORY", tmp_path / "plugin" / "copies")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    virtual = sleep_virtually(monkeypatch)
    with Emulator(domains=("example.nl", "example.com"), clock=virtual) as running:
        monkeypatch.setenv("MIJNHOST_API_KEY", running.account.api_key)
        yield running


each_variant = pytest.mark.parametrize("variants", VARIANTS.values(), ids=VARIANTS.keys())
Run = Callable[..., int]


@pytest.fixture
def run(emulator: Emulator) -> Run:
    def run_example(example: ModuleType, *arguments: str) -> int:
        exit_code = example.main([*arguments, "--api-url", emulator.api_url])
        assert isinstance(exit_code, int)
        return exit_code

    return run_example


def rows(emulator: Emulator, domain: str = "example.nl") -> list[Row]:
    """Return the zone's records, without TTLs, and without test records.

    Those stay if the API offers no DELETE; a warning names them.
    """
    listed = emulator.account.records(domain)
    return sorted(
        (r.type, r.name, r.value) for r in listed if not r.name.startswith("_mijnhost-probe-")
    )


def at(emulator: Emulator, name: str, kind: str) -> list[str]:
    return [value for type_, n, value in rows(emulator) if (type_, n) == (kind, name)]


def writes(emulator: Emulator) -> list[str]:
    return [each.method for each in emulator.requests if each.method != "GET"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.__name__)
def test_each_example_has_a_help_page(
    example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        example.main(["--help"])
    assert ended.value.code == 0
    help_page = capsys.readouterr().out
    assert "MIJNHOST_API_KEY" in help_page
    assert "--api-url" in help_page


def test_each_program_in_the_folder_is_tested() -> None:
    folder = Path(expiring_domains.__file__).parent
    others = {"demo", "local_ca"}  # They run in tests/e2e.
    programs = {path.stem for path in folder.glob("*.py")} - others
    assert programs == {example.__name__.split(".")[-1] for example in EXAMPLES}


def test_an_example_is_a_program_of_its_own(emulator: Emulator) -> None:
    command = [sys.executable, expiring_domains.__file__, "--api-url", emulator.api_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "example.com" in done.stdout


ARGUMENTS: dict[str, tuple[ModuleType, Sequence[str]]] = {
    "expiring_domains": (expiring_domains, ()),
    "export_zone": (export_zone, ("example.nl",)),
    "export_contacts": (export_contacts, ("contacts.csv",)),
    "order_domain": (order_domain, ("free.nl",)),
    "dynamic_dns": (dynamic_dns, ("example.nl", "home", "--address", "192.0.2.7")),
    "dynamic_dns by whoami": (dynamic_dns, ("example.nl", "home")),
    "change_record": (change_record, ("example.nl", "A", "mail", "192.0.2.25", "192.0.2.26")),
    "apply_template": (apply_template, ("example.nl", "web")),
    "sync_zone": (sync_zone, ("example.nl", "zone.yaml")),
    "move_zone": (move_zone, ("example.nl", "zone")),
}


@pytest.mark.parametrize(("example", "arguments"), ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_a_refusal_is_one_message(
    emulator: Emulator,
    capsys: pytest.CaptureFixture[str],
    run: Run,
    example: ModuleType,
    arguments: Sequence[str],
) -> None:
    Path("zone").write_text(ZONE_FILE)
    Path("zone.yaml").write_text(YAML)
    before = rows(emulator)
    emulator.faults.add(Fault.status(401, "No valid API key set"), times=None)
    assert run(example, *arguments) == 1
    assert "No valid API key set" in capsys.readouterr().err
    assert rows(emulator) == before
    assert not Path("contacts.csv").exists()


# Domains, orders, contacts.


def test_expiring_domains(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    emulator.account.find("example.com").renewal_date = "2026-01-31"
    emulator.account.find("example.com").status = "Cancelled"
    url = ("--api-url", emulator.api_url)
    assert expiring_domains.main(url, today=date(2026, 1, 1)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "domain       renewal date  days  status",
        "example.com  2026-01-31    30    Cancelled",
        "example.nl   2030-01-01    1461  Active",
    ]
    assert len(emulator.requests) == 1
    assert expiring_domains.main([*url, "--days", "30"], today=date(2026, 1, 1)) == 0
    assert "example.nl" not in capsys.readouterr().out


@pytest.mark.parametrize("day_first_dates", [False, True])
def test_expiring_domains_without_a_date_are_shown(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run, day_first_dates: bool
) -> None:
    emulator.variants = Variants(day_first_dates=day_first_dates, compression="gzip")
    emulator.account.find("example.nl").renewal_date = ""
    assert run(expiring_domains, "--days", "0") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["example.nl", "unknown", "Active"]


def test_order_domain_shows_prices(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    assert run(order_domain, "free.nl", "premium.nl", "example.nl") == 0
    assert capsys.readouterr().out.splitlines() == [
        "free.nl: available, 5.99 to register",
        "premium.nl: available, 1234.50 to register, a premium domain",
        "example.nl: taken, 5.99 to register",
    ]
    assert emulator.account.ledger == []


def test_order_domain_orders_with_yes(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    assert run(order_domain, "free.nl", "--yes") == 0
    assert "free.nl: ordered, order " in capsys.readouterr().out
    assert [(each.domain, each.amount) for each in emulator.account.ledger] == [("free.nl", "5.99")]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("example.nl",), "its status is taken"),
        (("free.nl", "--at-most", "5.98"), "it costs 5.99, more than 5.98"),
        (("premium.nl",), "Confirm the price with --at-most 1234.50"),
    ],
)
def test_order_domain_refuses(
    emulator: Emulator,
    capsys: pytest.CaptureFixture[str],
    run: Run,
    arguments: Sequence[str],
    reason: str,
) -> None:
    assert run(order_domain, *arguments, "--yes") == 1
    assert f"{arguments[0]} was not ordered: " in (message := capsys.readouterr().err)
    assert reason in message
    assert emulator.account.ledger == []


def test_order_domain_orders_a_premium_domain_at_its_price(emulator: Emulator, run: Run) -> None:
    assert run(order_domain, "premium.nl", "--yes", "--at-most", "1234.50") == 0
    assert [each.amount for each in emulator.account.ledger] == ["1234.50"]


@pytest.mark.parametrize("contact_list", ["profiles", "contacts"])
@pytest.mark.parametrize("contact_shape", ["profile", "flat"])
def test_export_contacts(
    emulator: Emulator,
    capsys: pytest.CaptureFixture[str],
    run: Run,
    contact_list: str,
    contact_shape: str,
) -> None:
    emulator.variants = Variants(contact_list=contact_list, contact_shape=contact_shape)
    emulator.account.data.contacts[7] = {"id": 7, "name": "us", "profile": CONTACT}
    file = Path("contacts.csv")
    assert run(export_contacts, str(file)) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(newline="") as opened:
        [row] = csv.DictReader(opened)
    assert (row["id"], row["lastname"], row["phone_country"]) == ("7", "Doe, PhD", "+31")
    assert "SECRET-PASSPORT" not in file.read_text()
    before = file.read_bytes()
    assert run(export_contacts, str(file)) == 1
    assert "exists already" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_export_zone(emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run) -> None:
    assert run(export_zone, "example.nl") == 0
    assert "IN MX 10 mail.example.nl." in capsys.readouterr().out
    assert emulator.requests[0].path.endswith("/dns/zone")


# Programs that change a zone, under each variant of the API.


@each_variant
def test_change_record(emulator: Emulator, variants: Variants, run: Run) -> None:
    for value in ("192.0.2.1", "192.0.2.2"):
        emulator.account.add_record("example.nl", "A", "www2.example.nl.", value, 600)
    before = rows(emulator)
    emulator.variants = variants
    assert run(change_record, "example.nl", "a", "www2", "192.0.2.1", "192.0.2.3") == 0
    assert at(emulator, "www2.example.nl.", "A") == ["192.0.2.2", "192.0.2.3"]
    others = [row for row in before if row[1] != "www2.example.nl."]
    after = [row for row in rows(emulator) if row[1] != "www2.example.nl."]
    assert spelled(after) == spelled(others)
    assert {r.ttl for r in emulator.account.records("example.nl") if r.name[:4] == "www2"} == {600}


def test_change_record_names_the_values_that_exist(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    assert run(change_record, "example.nl", "MX", "@", "10 gone.example.nl.", "10 x.nl.") == 1
    assert "Its values: 10 mail.example.nl." in capsys.readouterr().err
    assert writes(emulator) == []


def test_change_record_dry_run(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    arguments = ("example.nl", "A", "@", "192.0.2.10", "192.0.2.11", "--dry-run")
    assert run(change_record, *arguments) == 0
    assert "192.0.2.11" in capsys.readouterr().out
    assert writes(emulator) == []


@pytest.mark.parametrize("old", [(), ("192.0.2.1",), ("192.0.2.1", "192.0.2.2", "192.0.2.9")])
@pytest.mark.parametrize("name", ["home", "@"])
@each_variant
def test_dynamic_dns(
    emulator: Emulator,
    variants: Variants,
    capsys: pytest.CaptureFixture[str],
    run: Run,
    old: Sequence[str],
    name: str,
) -> None:
    absolute = "example.nl." if name == "@" else "home.example.nl."
    emulator.account.add_record("example.nl", "TXT", absolute, "stays")
    for value in old:
        emulator.account.add_record("example.nl", "A", absolute, value, 300)
    others = [row for row in rows(emulator) if row[:2] not in {("A", absolute), ("AAAA", absolute)}]
    emulator.variants = variants
    addresses = ("--address", "192.0.2.9", "--address", "2001:db8::7")
    assert run(dynamic_dns, "example.nl", name, *addresses) == 0
    assert at(emulator, absolute, "A") == ["192.0.2.9"]
    assert at(emulator, absolute, "AAAA") == ["2001:db8::7"]
    after = [row for row in rows(emulator) if row[:2] not in {("A", absolute), ("AAAA", absolute)}]
    assert after == others
    written = len(writes(emulator))
    capsys.readouterr()
    assert run(dynamic_dns, "example.nl", name, *addresses) == 0
    assert len(writes(emulator)) == written
    assert capsys.readouterr().out.count(": unchanged") == 2


def test_dynamic_dns_asks_the_api_for_the_address(emulator: Emulator, run: Run) -> None:
    assert run(dynamic_dns, "example.nl", "home") == 0
    [address] = at(emulator, "home.example.nl.", "A")
    asked = [each for each in emulator.requests if each.path.endswith("/whoami")]
    assert len(asked) == 1
    assert address.count(".") == 3


def test_dynamic_dns_takes_one_address_of_a_kind(emulator: Emulator, run: Run) -> None:
    with pytest.raises(SystemExit):
        run(dynamic_dns, "example.nl", "x", "--address", "192.0.2.1", "--address", "192.0.2.2")
    assert emulator.requests == []


@each_variant
def test_apply_template(
    emulator: Emulator, variants: Variants, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    before = rows(emulator)
    emulator.account.data.templates[9] = {
        "id": 9,
        "alias": "web",
        "default": 0,
        "records": [
            {"type": "MX", "name": "", "value": "mail2.example.nl.", "ttl": 3600, "priority": 20},
            {"type": "A", "name": "shop", "value": "192.0.2.30"},
            {"type": "A", "name": "", "value": "192.0.2.10"},
        ],
    }
    new = [("A", "shop.example.nl.", "192.0.2.30"), ("MX", "example.nl.", "20 mail2.example.nl.")]
    emulator.variants = variants
    assert run(apply_template, "example.nl", "web", "--dry-run") == 0
    assert "shop" in capsys.readouterr().out
    assert rows(emulator) == before
    assert run(apply_template, "example.nl", "web") == 0
    assert spelled(rows(emulator)) == spelled(sorted([*before, *new]))
    capsys.readouterr()
    assert run(apply_template, "example.nl", "9") == 0
    assert capsys.readouterr().out == "The zone has these records already.\n"


def spelled(given: list[Row]) -> list[Row]:
    """Return rows as a variant that drops the final dots of host names stores them."""
    return sorted((kind, name, value.rstrip(".")) for kind, name, value in given)


def test_apply_template_names_the_templates(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    for number in (1, 2):
        template: dict[str, object] = {"id": number, "alias": "web", "default": 0, "records": []}
        emulator.account.data.templates[number] = template
    assert run(apply_template, "example.nl", "mail") == 1
    assert "No template is called mail" in capsys.readouterr().err
    assert run(apply_template, "example.nl", "web") == 1
    assert "web (1), web (2)" in capsys.readouterr().err


@each_variant
def test_sync_zone(
    emulator: Emulator, variants: Variants, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    challenge = ("TXT", "_acme-challenge.example.nl.", "of-another-client")
    emulator.account.add_record("example.nl", *challenge)
    before = rows(emulator)
    emulator.variants = variants
    file = Path("zone.yaml")
    file.write_text(YAML)
    assert run(sync_zone, "example.nl", str(file), "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "192.0.2.2" in shown
    assert "192.0.2.25" in shown
    assert rows(emulator) == before
    assert run(sync_zone, "example.nl", str(file)) == 0
    expected = [
        ("A", "example.nl.", "192.0.2.1"),
        ("A", "example.nl.", "192.0.2.2"),
        ("CNAME", "www.example.nl.", "example.nl."),
        ("MX", "example.nl.", "10 mail.example.nl."),
        challenge,
        ("TXT", "text.example.nl.", 'one; two "three"'),
    ]
    assert spelled(rows(emulator)) == spelled(expected)
    capsys.readouterr()
    assert run(sync_zone, "example.nl", str(file)) == 0
    assert capsys.readouterr().out == "The zone equals the file.\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must not be empty"),
        ("- a", "must map names"),
        ("www: [", "is not a YAML file"),
        ("www: {type: A}", "'www': a value must be a text"),
        ("www: {value: 192.0.2.1}", "'www': give a type"),
        ("www: {type: TXT, value: 7}", "'www': a value must be a text (use quotes)"),
        ("www: {type: A, values: 192.0.2.1}", "'www': give a type, and a value or a list"),
        ("www: {type: A, value: 192.0.2.1, tll: 7}", "'www': an RRset has type"),
        ("www: {type: A, value: 192.0.2.256}", "'www': value: "),
        ("'': {type: MX, value: mail.example.nl.}", "priority"),
    ],
)
def test_sync_zone_refuses_what_is_not_a_zone(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run, text: str, message: str
) -> None:
    Path("zone.yaml").write_text(text)
    assert run(sync_zone, "example.nl", "zone.yaml") == 1
    assert message in capsys.readouterr().err
    assert writes(emulator) == []


def test_sync_zone_without_pyyaml_says_what_to_install() -> None:
    code = "import sys; sys.modules['yaml'] = None; import examples.sync_zone"
    root = Path(sync_zone.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=root
    )
    assert done.returncode == 1
    assert done.stderr == "This program needs PyYAML. Run: pip install pyyaml\n"


@each_variant
def test_move_zone(
    emulator: Emulator, variants: Variants, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    before = rows(emulator)
    emulator.variants = variants
    file, copies = Path("example.nl.zone"), Path("copies")
    file.write_text(ZONE_FILE)
    assert run(move_zone, "example.nl", str(file), "--dry-run") == 0
    left_out = capsys.readouterr().err
    assert "Left out: example.nl. SOA" in left_out
    assert "Left out: www.example.com. is outside example.nl" in left_out
    assert rows(emulator) == before
    assert not copies.exists()
    assert run(move_zone, "example.nl", str(file), "--backup-directory", str(copies)) == 0
    expected = [
        ("A", "example.nl.", "192.0.2.1"),
        ("AAAA", "a.sub.example.nl.", "2001:db8::1"),
        ("CNAME", "shop.example.nl.", "example.nl."),
        ("CNAME", "www.example.nl.", "example.nl."),
        ("MX", "example.nl.", "10 mail.example.nl."),
        ("NS", "sub2.example.nl.", "ns.elsewhere.example."),
        ("SRV", "_sip._tcp.sub.example.nl.", "10 20 5060 sip.example.nl."),
        ("TXT", "example.nl.", "v=spf1 mx -all"),
    ]
    assert spelled(rows(emulator)) == spelled(expected)
    ttls = {r.name: r.ttl for r in emulator.account.records("example.nl")}
    assert (ttls["shop.example.nl."], ttls["a.sub.example.nl."]) == (300, 3600)
    copy = min(copies.iterdir())
    assert f"mijnhost zone restore example.nl {copy} --exact" in capsys.readouterr().out
    assert copy.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(copy.read_text())["records"]) == len(before)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no records of example.nl"),
        ("www IN A 192.0.2.256\n", "Cannot read zone as a zone file of example.nl"),
        ("$TTL 60\nwww.example.com. IN A 192.0.2.1\n", "has no records of example.nl"),
        ("$TTL 60\n$INCLUDE /etc/passwd\n", "Cannot read zone"),
        ('$TTL 60\nx IN TXT "\\255"\n', "is not UTF-8"),
    ],
)
def test_move_zone_refuses_what_is_not_its_zone(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run, text: str, message: str
) -> None:
    Path("zone").write_text(text)
    assert run(move_zone, "example.nl", "zone") == 1
    assert message in capsys.readouterr().err
    assert writes(emulator) == []


def test_move_zone_writes_nothing_without_a_copy(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    Path("zone").write_text(ZONE_FILE)
    Path("file").touch()
    assert run(move_zone, "example.nl", "zone", "--backup-directory", "file/copies") == 1
    assert "file/copies" in capsys.readouterr().err
    assert writes(emulator) == []
