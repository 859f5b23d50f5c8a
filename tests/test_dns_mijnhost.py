"""The authenticator as Certbot uses it, with real challenge objects against the emulator."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from acme import challenges, messages
from certbot import achallenges, errors
from cryptography.hazmat.primitives.asymmetric import rsa
from josepy import jwk

from certbot_dns_mijnhost import certbot_adapter, defaults
from certbot_dns_mijnhost.dns_mijnhost import Authenticator
from certbot_dns_mijnhost.emulator import Emulator, Fault
from scripts.local_ca import emulator_settings, write_credentials
from tests.support.emulated import StartEmulator
from tests.support.virtual_time import sleep_virtually

try:
    from certbot.configuration import NamespaceConfig
except ImportError:  # Certbot before 1.15
    from certbot._internal.configuration import NamespaceConfig  # type: ignore[no-redef, import-not-found]

KEY = jwk.JWKRSA(key=rsa.generate_private_key(public_exponent=65537, key_size=2048))


class Namespace:
    """Options as Certbot's parser leaves them."""

    def __init__(self, directory: Path, credentials: str) -> None:
        self.config_dir = str(directory / "config")
        self.work_dir = str(directory / "work")
        self.logs_dir = str(directory / "logs")
        self.strict_permissions = False
        self.server = "https://ca.example/directory"
        self.quiet = False
        self.verb = "certonly"
        self.noninteractive_mode = True
        self.http01_port = 80
        self.https_port = 443
        self.domains: list[str] = []
        self.dns_mijnhost_credentials: str | None = credentials
        self.dns_mijnhost_propagation_seconds: int | None = None
        self.dns_mijnhost_nameservers: str | None = None
        self.dns_mijnhost_resolver: str | None = None


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, start_emulator: StartEmulator) -> Emulator:
    return start_emulator(clock=sleep_virtually(monkeypatch))


@pytest.fixture
def plugin(emulator: Emulator, tmp_path: Path) -> Authenticator:
    credentials = write_credentials(tmp_path / "mijnhost.ini", emulator_settings(emulator))
    namespace: Any = Namespace(tmp_path, str(credentials))
    return Authenticator(NamespaceConfig(namespace), "dns-mijnhost")


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Certbot would show: its display is set up by its own main program only."""
    lines: list[str] = []
    monkeypatch.setattr(certbot_adapter, "display_util", SimpleNamespace(notify=lines.append))
    return lines


def challenge(domain: str = "example.nl", token: bytes = b"t" * 32) -> Any:
    """Make a challenge as the Certbot that is installed does."""
    body = messages.ChallengeBody(
        chall=challenges.DNS01(token=token), uri="", status=messages.STATUS_PENDING
    )
    make: Any = achallenges.KeyAuthorizationAnnotatedChallenge
    if "identifier" in getattr(make, "__slots__", ()):
        identifier = messages.Identifier(typ=messages.IDENTIFIER_FQDN, value=domain)
        return make(challb=body, identifier=identifier, account_key=KEY)
    return make(challb=body, domain=domain, account_key=KEY)


def test_it_publishes_responds_and_cleans_up(plugin: Authenticator, emulator: Emulator) -> None:
    before = emulator.account.records("example.nl")
    achalls = [challenge(token=b"a" * 32), challenge(token=b"b" * 32)]
    responses = plugin.perform(achalls)
    assert [type(response) for response in responses] == [challenges.DNS01Response] * 2
    added = set(emulator.account.records("example.nl")) - set(before)
    assert {record.value for record in added} == {a.validation(KEY) for a in achalls}
    assert {record.name for record in added} == {"_acme-challenge.example.nl."}
    assert {record.ttl for record in added} == {60}
    plugin.cleanup(achalls)
    assert emulator.account.records("example.nl") == before


def test_unknown_challenge_types_alongside_dns_01_change_nothing(
    plugin: Authenticator, emulator: Emulator
) -> None:
    from certbot._internal import auth_handler  # noqa: PLC0415

    offered = [
        {"type": "dns-persist-01", "url": "u/1", "status": "pending", "accounturi": "a"},
        {"type": "dns-account-01", "url": "u/2", "status": "pending", "token": "x"},
        {"type": "dns-01", "url": "u/3", "status": "pending", "token": "YWFh" * 11},
        {"type": "later-01", "url": "u/4", "status": "pending", "odd": [None, {"x": 1}]},
    ]
    authorization = messages.Authorization.from_json(
        {
            "identifier": {"type": "dns", "value": "example.nl"},
            "status": "pending",
            "challenges": offered,
        }
    )
    found: Any = authorization.challenges
    preferences: Any = list(plugin.get_chall_pref("example.nl"))
    choose: Any = auth_handler.gen_challenge_path
    takes_combinations = "combinations" in inspect.signature(choose).parameters  # Certbot 1.12
    more = [[[number] for number in range(len(found))]] if takes_combinations else []
    [chosen] = choose(found, preferences, *more)
    assert chosen == 2
    achall = challenge(token=found[chosen].chall.token)
    before = emulator.account.records("example.nl")
    [response] = plugin.perform([achall])
    assert isinstance(response, challenges.DNS01Response)
    plugin.cleanup([achall])
    assert emulator.account.records("example.nl") == before


def test_cleaning_up_closes_the_connections_and_the_next_run_opens_its_own(
    plugin: Authenticator, emulator: Emulator
) -> None:
    before = emulator.account.records("example.nl")
    for token in (b"a", b"b"):
        achall = challenge(token=token * 32)
        plugin.perform([achall])
        plugin.cleanup([achall])
    assert len({request.connection for request in emulator.requests}) == 2
    assert emulator.account.records("example.nl") == before


def test_cleaning_up_before_anything_was_done_does_nothing(
    plugin: Authenticator, emulator: Emulator
) -> None:
    plugin.cleanup([challenge()])
    assert emulator.requests == []


def test_cleaning_up_never_raises(
    plugin: Authenticator, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    achall = challenge()
    plugin.perform([achall])
    emulator.faults.add(Fault.status(401, "No valid API key set"), times=None)
    plugin.cleanup([achall])
    warned = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert any(
        achall.validation(KEY) in line and "Could not remove the TXT record" in line
        for line in warned
    )
    plugin.cleanup([object()])
    assert "Removing the challenge records failed" in caplog.text


def test_a_failure_is_certbots_error(plugin: Authenticator) -> None:
    with pytest.raises(errors.PluginError, match="is not in the account"):
        plugin.perform([challenge("example.org")])


def test_the_credentials_path_is_made_absolute(
    plugin: Authenticator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plugin.config.namespace.dns_mijnhost_credentials = "mijnhost.ini"
    plugin.perform([challenge()])
    stored = plugin.conf("credentials")
    assert stored is not None
    assert Path(stored) == tmp_path / "mijnhost.ini"


def test_preparing_makes_the_path_absolute_and_reads_the_file_once(
    plugin: Authenticator, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plugin.config.namespace.dns_mijnhost_credentials = "mijnhost.ini"
    plugin.prepare()
    assert plugin.conf("credentials") == str(tmp_path / "mijnhost.ini")
    assert emulator.requests == []
    monkeypatch.chdir("/")
    (tmp_path / "mijnhost.ini").write_text("what was read already")
    plugin.perform([challenge()])


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("nowhere.ini", None, "nowhere.ini does not exist. Create it"),
        ("bad.ini", "dns_mijnhost_ttl = 60\n", "has no dns_mijnhost_api_key"),
        ("bad.ini", "dns_mijnhost_api_key = YOUR-KEY\n", "placeholder of an example"),
        ("bad.ini", "dns_mijnhost_api_key = a\ndns_mijnhost_ttl = 0\n", "dns_mijnhost_ttl in"),
        (" ", None, "--dns-mijnhost-credentials is empty"),
    ],
)
def test_preparing_refuses_a_file_that_can_not_be_used(
    plugin: Authenticator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    content: str | None,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / path).write_text(content)
    plugin.config.namespace.dns_mijnhost_credentials = path
    with pytest.raises(errors.MisconfigurationError) as caught:
        plugin.prepare()
    assert words in str(caught.value)
    assert repr(caught.value) == str(caught.value), "Certbot shows the repr"


def test_preparing_in_a_folder_that_is_gone(
    plugin: Authenticator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    plugin.config.namespace.dns_mijnhost_credentials = "mijnhost.ini"
    with pytest.raises(errors.MisconfigurationError, match="Write the absolute path"):
        plugin.prepare()


def test_preparing_without_a_file_checks_nothing(
    plugin: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIJNHOST_API_KEY_FILE", "/nowhere/secret")
    plugin.config.namespace.dns_mijnhost_credentials = None
    plugin.prepare()
    assert plugin.conf("credentials") is None


@pytest.mark.parametrize(
    ("verb", "words"),
    [("certonly", "no credentials file was given"), ("renew", "the first run took the key from")],
)
def test_no_key_at_all(plugin: Authenticator, verb: str, words: str) -> None:
    plugin.config.namespace.dns_mijnhost_credentials = None
    plugin.config.namespace.verb = verb
    with pytest.raises(errors.PluginError, match=words):
        plugin.perform([challenge()])


def test_without_a_file_the_environment_gives_the_key_and_nothing_is_stored(
    plugin: Authenticator, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(f"{emulator.account.api_key}\n")
    monkeypatch.setenv("MIJNHOST_API_KEY_FILE", str(secret))
    monkeypatch.setattr(defaults, "API_URL", emulator.api_url)
    plugin.config.namespace.dns_mijnhost_credentials = None
    plugin.config.namespace.dns_mijnhost_nameservers = emulator.nameservers[0]
    plugin.config.namespace.dns_mijnhost_resolver = emulator.resolver
    plugin.perform([challenge()])
    assert [r.value for r in emulator.account.records("example.nl") if "_acme" in r.name]
    assert plugin.conf("credentials") is None


def test_a_key_in_the_environment_that_can_not_be_read_is_certbots_error(
    plugin: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.config.namespace.dns_mijnhost_credentials = None
    monkeypatch.setenv("MIJNHOST_API_KEY_FILE", "/nowhere/secret")
    with pytest.raises(errors.PluginError, match="named by MIJNHOST_API_KEY_FILE"):
        plugin.perform([challenge()])


def test_the_vendors_name_of_the_key_is_hinted_at(
    plugin: Authenticator, shown: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "mijnhost.ini"
    path.write_text(path.read_text().replace("dns_mijnhost_api_key", "dns_mijn_host_api_key"))
    plugin.perform([challenge()])
    assert any("rename it to dns_mijnhost_api_key" in line for line in shown)


def test_a_flag_goes_before_the_file(plugin: Authenticator, emulator: Emulator) -> None:
    plugin.config.namespace.dns_mijnhost_propagation_seconds = 0
    plugin.perform([challenge()])
    asked = {query.type for query in emulator.queries}
    assert "TXT" not in asked


def test_the_hint_tells_what_was_seen(plugin: Authenticator) -> None:
    assert "published name servers" in plugin.auth_hint([])
    plugin.perform([challenge()])
    assert "1 name server served the challenge records" in plugin.auth_hint([])


def test_what_it_is_and_what_it_asks_for() -> None:
    flags: dict[str, dict[str, Any]] = {}
    Authenticator.add_parser_arguments(lambda name, **more: flags.update({name: more}))
    assert set(flags) == {"credentials", "propagation-seconds", "nameservers", "resolver"}
    assert all(more.get("default") is None for more in flags.values()), "the file may set it"
    assert "default: 300" in flags["propagation-seconds"]["help"]
    assert "mijn.host" in Authenticator.description
