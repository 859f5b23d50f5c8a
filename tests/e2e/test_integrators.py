"""The real Certbot, called as others call it."""

from __future__ import annotations

import json
from pathlib import Path

import certbot
import pytest
import yaml

from scripts.local_ca import names_of
from tests.support.certbot import CertbotUser

pytestmark = pytest.mark.e2e

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
VERSION = tuple(int(part) for part in certbot.__version__.split(".")[:2])


def emulated(user: CertbotUser) -> str:
    """Return the lines that lead the plugin to the emulator, for a credentials file."""
    return (
        f"\ndns_mijnhost_api_url = {user.emulator.api_url}"
        f"\ndns_mijnhost_nameservers = {', '.join(user.emulator.nameservers)}"
        f"\ndns_mijnhost_resolver = {user.emulator.resolver}\n"
    )


def secret_file(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def test_as_nginx_proxy_manager_does(user: CertbotUser) -> None:
    entry = json.loads((EXAMPLES / "nginx-proxy-manager" / "dns-plugins-entry.json").read_text())
    plugin = entry["mijnhost-next"]
    template = plugin["credentials"].replace("YOUR-KEY", user.key) + emulated(user)
    credentials = secret_file(user.directory / "credentials" / "credentials-7", template)
    settings = user.directory / "letsencrypt.ini"
    settings.write_text("text = True\nnon-interactive = True\npreferred-chain = ISRG Root X1\n")
    name = plugin["full_plugin_name"]

    issued = user.certbot.run(
        *("certonly", "--config", str(settings), "--cert-name", "npm-7", "--agree-tos"),
        *("--email", f"hostmaster@{user.domain}"),
        *("--domains", f"{user.domain},*.{user.domain}"),
        *("--authenticator", name, f"--{name}-credentials", str(credentials)),
        *(f"--{name}-propagation-seconds", "30"),
    )
    assert issued.exit_code == 0, issued.output
    assert names_of(user.certbot.certificate("npm-7")) == {user.domain, f"*.{user.domain}"}

    renewed = user.certbot.run(
        *("renew", "--force-renewal", "--config", str(settings), "--cert-name", "npm-7"),
        *("--disable-hook-validation", "--no-random-sleep-on-renew"),
    )
    assert renewed.exit_code == 0, renewed.output


def test_as_swag_does(user: CertbotUser) -> None:
    template = (EXAMPLES / "swag" / "mijnhost.ini").read_text().replace("YOUR-KEY", user.key)
    credentials = secret_file(
        user.directory / "dns-conf" / "mijnhost.ini", template + emulated(user)
    )
    settings = user.directory / "cli.ini"
    settings.write_text(
        "agree-tos=true\n"
        "max-log-backups=0\n"
        f"server={user.pebble.url}\n"
        f"domains={user.domain},*.{user.domain}\n"
        "register-unsafely-without-email=true\n"
        "preferred-challenges=dns\n"
        "authenticator=dns-mijnhost\n"
        f"dns-mijnhost-credentials={credentials}\n"
    )

    issued = user.certbot.run("certonly", "--config", str(settings), "--renew-by-default")
    assert issued.exit_code == 0, issued.output
    assert names_of(user.certbot.certificate(user.domain)) == {user.domain, f"*.{user.domain}"}

    renewed = user.certbot.renew("--config", str(settings))
    assert renewed.exit_code == 0, renewed.output


@pytest.mark.skipif(VERSION < (2, 8), reason="lists entry points in another form")
def test_swag_finds_the_plugin_in_certbots_list(user: CertbotUser) -> None:
    listed = user.certbot.run("plugins", "--authenticators")
    assert "Entry point: EntryPoint(name='dns-mijnhost'," in listed.output


def test_with_the_secret_file_of_a_container(user: CertbotUser) -> None:
    secret = secret_file(user.directory / "secrets" / "mijnhost_api_key", f"{user.key}\n")
    credentials = secret_file(
        user.directory / "container.ini", f"dns_mijnhost_api_key_file = {secret}" + emulated(user)
    )
    issued = user.certbot.obtain(credentials, [user.domain])
    assert issued.exit_code == 0, issued.output
    renewed = user.certbot.renew()
    assert renewed.exit_code == 0, renewed.output


def test_as_the_job_of_kubernetes_does(user: CertbotUser) -> None:
    items = yaml.safe_load((EXAMPLES / "docker" / "kubernetes.yaml").read_text())["items"]
    [job] = [item for item in items if item["kind"] == "Job"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    words = [word.replace("example.nl", user.domain) for word in container["args"]]
    # What no environment variable leads to the emulator, a file does.
    file = f"--dns-mijnhost-credentials={user.credentials}"

    issued = user.certbot.run(*words, file)
    assert issued.exit_code == 0, issued.output
    first = user.certbot.certificate(user.domain)
    assert names_of(first) == {user.domain, f"*.{user.domain}"}

    again = user.certbot.run(*words, file)
    assert again.exit_code == 0, again.output
    assert user.certbot.certificate(user.domain) == first


def test_the_vendors_key_name_is_read_with_a_hint(user: CertbotUser) -> None:
    credentials = user.directory / "vendor.ini"
    secret_file(credentials, f"dns_mijn_host_api_key = {user.key}" + emulated(user))
    issued = user.certbot.obtain(credentials, [user.domain])
    assert issued.exit_code == 0, issued.output
    assert "rename it to dns_mijnhost_api_key" in " ".join(issued.output.split())
