"""Certificates of other tools are renewed by this plugin, after the commands of the recipes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import certbot
import pytest

from tests.support.certbot import CertbotUser

from .test_integrators import emulated, secret_file

pytestmark = pytest.mark.e2e

RECIPES = Path(__file__).resolve().parents[2] / "examples" / "moving-over"
DOCS = RECIPES.parents[1] / "docs" / "moving-over.md"
VERSION = tuple(int(part) for part in certbot.__version__.split(".")[:2])


VENDORS = """\
# renew_before_expiry = 30 days
version = 5.8.0
archive_dir = /etc/letsencrypt/archive/example.nl
cert = /etc/letsencrypt/live/example.nl/cert.pem

# Options used in the renewal process
[renewalparams]
account = 0123456789abcdef0123456789abcdef
pref_challs = dns-01,
authenticator = dns-mijn-host
dns_mijn_host_credentials = /etc/letsencrypt/mijn-host.ini
dns_mijn_host_propagation_seconds = 60
server = https://acme.example.com/directory
renew_hook = systemctl reload nginx  # dns-mijn-host
[acme_renewal_info]
ari_retry_after = 2030-01-01T00:00:00
"""


def script(
    name: str, *words: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(RECIPES / name), *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


class Folder:
    """Certbot's folder, with one certificate of the vendor's plugin in it."""

    def __init__(self, config: Path, name: str) -> None:
        self.config = config
        self.renewal = config / "renewal" / f"{name}.conf"
        self.copies = config / "renewal-before-mijnhost"

    def move(self, *words: str) -> subprocess.CompletedProcess[str]:
        return script("from-certbot-dns-mijn-host.sh", *words, str(self.config))

    def state(self) -> dict[str, tuple[bytes, int]]:
        """Return every file, with its mode."""
        return {
            str(path.relative_to(self.config)): (path.read_bytes(), path.stat().st_mode)
            for path in sorted(self.config.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    found = Folder(tmp_path / "letsencrypt", "example.nl")
    found.renewal.parent.mkdir(parents=True)
    found.renewal.write_text(VENDORS)
    return found


@pytest.fixture
def obtained(user: CertbotUser) -> Folder:
    """Return the real folder, after a certificate was obtained by this plugin."""
    issued = user.obtain("")
    assert issued.exit_code == 0, issued.output
    return Folder(user.certbot.directory / "config", user.domain)


@pytest.fixture
def vendors(user: CertbotUser, obtained: Folder) -> Folder:
    """Return that folder as the vendor's plugin leaves it, credentials included."""
    credentials = secret_file(
        user.directory / "mijn-host.ini",
        f"dns_mijn_host_api_key = {user.key}" + emulated(user),
    )
    theirs = {
        "authenticator = dns-mijnhost\n": "authenticator = dns-mijn-host\n",
        f"dns_mijnhost_credentials = {user.credentials}\n": (
            f"dns_mijn_host_credentials = {credentials}\ndns_mijn_host_propagation_seconds = 60\n"
        ),
    }
    text = obtained.renewal.read_text()
    for ours, their in theirs.items():
        assert text.count(ours) == 1, text
        text = text.replace(ours, their)
    obtained.renewal.write_text(text)
    user.credentials.unlink()
    return obtained


def renews(user: CertbotUser) -> None:
    before = user.certbot.certificate(user.domain)
    renewed = user.certbot.renew()
    assert renewed.exit_code == 0, renewed.output
    assert user.certbot.certificate(user.domain).serial_number != before.serial_number


# From certbot-dns-mijn-host


def test_a_certificate_of_the_vendors_plugin_is_renewed(user: CertbotUser, vendors: Folder) -> None:
    done = vendors.move()
    assert done.returncode == 0, done.stderr
    assert "1 changed. Now try the renewal" in done.stdout
    renews(user)


@pytest.mark.skipif(VERSION < (2, 3), reason="Certbot has no `reconfigure` yet")
def test_a_certificate_of_the_vendors_plugin_is_reconfigured(
    user: CertbotUser, vendors: Folder
) -> None:
    before = user.certbot.certificate(user.domain)
    credentials = user.write()
    done = user.certbot.run(
        *("reconfigure", "--cert-name", user.domain),
        *("--authenticator", "dns-mijnhost"),
        *("--dns-mijnhost-credentials", str(credentials)),
    )
    assert done.exit_code == 0, done.output
    assert "Successfully updated configuration" in done.output
    text = vendors.renewal.read_text()
    assert "authenticator = dns-mijnhost\n" in text
    assert f"dns_mijnhost_credentials = {credentials}\n" in text
    assert user.certbot.certificate(user.domain) == before
    renews(user)


def test_it_changes_three_settings_and_nothing_else(folder: Folder) -> None:
    folder.renewal.chmod(0o640)
    done = folder.move()
    assert done.returncode == 0, done.stderr
    expected = VENDORS.replace(
        "authenticator = dns-mijn-host\n"
        "dns_mijn_host_credentials = /etc/letsencrypt/mijn-host.ini\n"
        "dns_mijn_host_propagation_seconds = 60\n",
        "authenticator = dns-mijnhost\ndns_mijnhost_credentials = /etc/letsencrypt/mijn-host.ini\n",
    )
    assert folder.state() == {
        "renewal/example.nl.conf": (expected.encode(), 0o100640),
        "renewal-before-mijnhost/example.nl.conf": (VENDORS.encode(), 0o100640),
    }
    changes = [line for line in done.stdout.splitlines() if re.match(r"[-+]\w", line)]
    assert changes == [
        "-authenticator = dns-mijn-host",
        "-dns_mijn_host_credentials = /etc/letsencrypt/mijn-host.ini",
        "-dns_mijn_host_propagation_seconds = 60",
        "+authenticator = dns-mijnhost",
        "+dns_mijnhost_credentials = /etc/letsencrypt/mijn-host.ini",
    ]


def test_a_second_run_changes_nothing(folder: Folder) -> None:
    assert folder.move().returncode == 0
    before = folder.state()
    again = folder.move()
    assert again.returncode == 0
    assert again.stdout.startswith("Nothing to do")
    assert folder.state() == before


def test_a_dry_run_shows_the_change_and_makes_none(folder: Folder) -> None:
    before = folder.state()
    done = folder.move("--dry-run")
    assert done.returncode == 0, done.stderr
    assert "+authenticator = dns-mijnhost\n" in done.stdout
    assert "-dns_mijn_host_propagation_seconds = 60\n" in done.stdout
    assert "Nothing was changed" in done.stdout
    assert folder.state() == before


def test_no_copy_is_overwritten(folder: Folder) -> None:
    assert folder.move().returncode == 0
    anew = f"# obtained anew\n{VENDORS}"
    folder.renewal.write_text(anew)
    assert folder.move().returncode == 0
    assert (folder.copies / "example.nl.conf").read_text() == VENDORS
    assert (folder.copies / "example.nl.conf.2").read_text() == anew


def test_what_is_not_the_vendors_is_left_alone(folder: Folder) -> None:
    others = {
        "manual.conf": "[renewalparams]\nauthenticator = manual\n",
        "only-begins-like-it.conf": "[renewalparams]\nauthenticator = dns-mijn-host-extra\n",
        "comment.conf": "# authenticator = dns-mijn-host\n[renewalparams]\nauthenticator = nginx\n",
        "README": VENDORS,
    }
    for name, text in others.items():
        (folder.renewal.parent / name).write_text(text)
    assert folder.move().returncode == 0
    for name, text in others.items():
        assert (folder.renewal.parent / name).read_text() == text


def test_every_certificate_is_moved(folder: Folder) -> None:
    (folder.renewal.parent / "quoted one.conf").write_text(
        VENDORS.replace(" dns-mijn-host\n", ' "dns-mijn-host"\n')
    )
    done = folder.move()
    assert "2 changed" in done.stdout
    moved = (folder.renewal.parent / "quoted one.conf").read_text()
    assert 'authenticator = "dns-mijnhost"\n' in moved
    assert (folder.copies / "quoted one.conf").exists()


def test_what_an_earlier_attempt_left_makes_no_setting_double(folder: Folder) -> None:
    folder.renewal.write_text(
        VENDORS.replace("server =", "dns_mijnhost_credentials = /nowhere/mijnhost.ini\nserver =")
    )
    assert folder.move().returncode == 0
    found = [line for line in folder.renewal.read_text().splitlines() if "credentials" in line]
    assert found == ["dns_mijnhost_credentials = /etc/letsencrypt/mijn-host.ini"]


def test_it_tells_of_what_it_does_not_change(folder: Folder) -> None:
    folder.renewal.write_text(VENDORS.replace("/etc/letsencrypt/mijn-host.ini", "mijn-host.ini"))
    (folder.config / "cli.ini").write_text("authenticator = dns-mijn-host\n")
    done = folder.move()
    assert done.returncode == 0
    assert "credentials file is not absolute" in done.stderr
    assert "cli.ini names dns-mijn-host too" in done.stderr


@pytest.mark.parametrize(
    ("written", "is_told"),
    [
        ("mijn-host.ini", True),
        ("'secret files/mijn-host.ini'", True),
        ("~/mijn-host.ini", True),
        ("/etc/letsencrypt/mijn host.ini", False),
        # As Certbot writes what has a comma in it.
        ('"/etc/letsencrypt/mijn,host.ini"', False),
    ],
)
def test_it_tells_of_paths_that_are_not_absolute_alone(
    folder: Folder, written: str, is_told: bool
) -> None:
    folder.renewal.write_text(VENDORS.replace("/etc/letsencrypt/mijn-host.ini", written))
    done = folder.move()
    assert ("credentials file is not absolute" in done.stderr) == is_told
    assert f"\ndns_mijnhost_credentials = {written}\n" in folder.renewal.read_text()


@pytest.mark.root
def test_the_owner_stays(folder: Folder) -> None:
    os.chown(folder.renewal, 12345, 54321)
    assert folder.move().returncode == 0
    found = folder.renewal.stat()
    assert (found.st_uid, found.st_gid) == (12345, 54321)


@pytest.mark.parametrize("words", [["--what"], ["a", "b"], [""], ["/etc", "--dry-run"]])
def test_a_mistyped_command_does_nothing(words: list[str]) -> None:
    done = script("from-certbot-dns-mijn-host.sh", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage:")


def test_a_folder_that_is_not_certbots_is_named(tmp_path: Path) -> None:
    done = script("from-certbot-dns-mijn-host.sh", str(tmp_path))
    assert done.returncode == 1
    assert f"no folder {tmp_path}/renewal" in done.stderr


# From the wheels 1.1 of the same name


def test_a_certificate_of_the_wheels_1_1_is_renewed(user: CertbotUser, obtained: Folder) -> None:
    text = obtained.renewal.read_text()
    ours = f"dns_mijnhost_credentials = {user.credentials}\n"
    # There it was a wait. As a ceiling, 0 would not wait for the name servers at all.
    old = text.replace(ours, f"{ours}dns_mijnhost_propagation_seconds = 0\n")
    assert old != text
    obtained.renewal.write_text(old)
    [command] = re.findall(r"^ +(sed -i\.bak .*)$", DOCS.read_text(), re.MULTILINE)
    there = command.replace("/etc/letsencrypt", f"'{obtained.config}'")
    assert there != command
    subprocess.run(["sh", "-c", there], check=True)
    assert obtained.renewal.read_text() == text
    renews(user)


# From acme.sh


def test_a_certificate_with_the_key_of_acme_sh(user: CertbotUser) -> None:
    account = user.directory / "account.conf"
    account.write_text(
        f"LOG_FILE='/var/log/acme.sh.log'\nSAVED_MIJNHOST_API_KEY='{user.key}'\nUSER_PATH='/bin'\n"
    )
    credentials = user.directory / "etc" / "mijnhost.ini"
    done = script("from-acme-sh.sh", str(credentials), str(account))
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == (f"Written: {credentials}\n", "")
    assert credentials.read_text() == f"dns_mijnhost_api_key = {user.key}\n"
    assert credentials.stat().st_mode & 0o777 == 0o600

    with credentials.open("a") as file:
        file.write(emulated(user))
    issued = user.certbot.obtain(credentials, [user.domain])
    assert issued.exit_code == 0, issued.output


@pytest.fixture
def account(tmp_path: Path) -> Path:
    path = tmp_path / ".acme.sh" / "account.conf"
    path.parent.mkdir()
    path.write_text("SAVED_MIJNHOST_API_KEY='secret-of-acme-sh'\n")
    return path


def test_acme_sh_is_found_in_the_users_home(account: Path, tmp_path: Path) -> None:
    places = {"LE_WORKING_DIR", "LE_CONFIG_HOME"}
    env = {name: value for name, value in os.environ.items() if name not in places}
    done = script(
        "from-acme-sh.sh", str(tmp_path / "mijnhost.ini"), env={**env, "HOME": str(tmp_path)}
    )
    assert done.returncode == 0, done.stderr
    assert account.exists()
    assert (tmp_path / "mijnhost.ini").read_text() == "dns_mijnhost_api_key = secret-of-acme-sh\n"


def test_no_trace_of_the_shell_shows_the_key(account: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-x", str(RECIPES / "from-acme-sh.sh"), str(tmp_path / "new.ini"), str(account)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "+ sed" in done.stderr
    assert "secret-of-acme-sh" not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_no_credentials_are_overwritten(account: Path, tmp_path: Path, kind: str) -> None:
    credentials, target = tmp_path / "mijnhost.ini", tmp_path / "target"
    if kind != "file":
        credentials.symlink_to(target)
    if kind != "dangling link":
        credentials.write_text("mine\n")
    done = script("from-acme-sh.sh", str(credentials), str(account))
    assert done.returncode == 1
    assert "exists already" in done.stderr
    if kind == "dangling link":
        assert not target.exists()
    else:
        assert credentials.read_text() == "mine\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SAVED_OTHER='x'\n",
        "SAVED_MIJNHOST_API_KEY=''\n",
        "SAVED_MIJNHOST_API_KEY='two words'\n",
        "SAVED_MIJNHOST_API_KEY='x'; rm -rf /nowhere\n",
        "SAVED_MIJNHOST_API_KEY='__ACME_BASE64__START_c2VjcmV0__ACME_BASE64__END_',\n",
    ],
)
def test_a_key_that_can_not_be_taken_over_is_told_of(
    account: Path, tmp_path: Path, text: str
) -> None:
    account.write_text(text)
    done = script("from-acme-sh.sh", str(tmp_path / "mijnhost.ini"), str(account))
    assert done.returncode == 1
    assert "dns_mijnhost_api_key = YOUR-KEY" in done.stderr
    assert "words" not in done.stderr
    assert not (tmp_path / "mijnhost.ini").exists()


def test_an_account_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = script("from-acme-sh.sh", str(tmp_path / "mijnhost.ini"), str(tmp_path / "account.conf"))
    assert done.returncode == 1
    assert "account.conf cannot be read" in done.stderr
