"""The recipes that obtain certificates, with the real Certbot against the real Pebble."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import certbot
import pytest

from scripts.local_ca import Certbot, Finished, names_of

from .conftest import Site

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
PAGE = ROOT / "docs" / "recipes.md"
NOBODY = 65534
VERSION = tuple(int(part) for part in certbot.__version__.split(".")[:2])


class Desk:
    """A site, and a `certbot` on the path that asks this machine's CA in the site's folders."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.bin = site.directory / "bin"
        self.bin.mkdir()
        self.calls = site.directory / "calls"
        self.add(
            "certbot",
            f"exec {shlex.join(site.certbot.command())} \\\n"
            '    --agree-tos --register-unsafely-without-email "$@"',
        )

    def add(self, name: str, then: str = "") -> None:
        """Add a command that notes how it was called."""
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >> {shlex.quote(str(self.calls))}\n{then}\n')
        path.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.site.certbot.environment(),
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "CREDENTIALS": str(self.site.credentials),
        }

    def run(
        self, recipe: str, *arguments: str, prefix: tuple[str, ...] = (), **more: str
    ) -> Finished:
        done = subprocess.run(
            [*prefix, str(EXAMPLES / recipe), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env={**self.environment, **more},
            cwd=self.site.directory,
        )
        return Finished(done.returncode, done.stdout, "")

    def called(self, name: str) -> list[str]:
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if line.startswith(f"{name} ")]


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


# Many domains


def test_many_domains_goes_on_after_a_failure_and_names_it(desk: Desk) -> None:
    site = desk.site
    other = f"other-{site.domain}"
    site.emulator.account.add_domain(other)
    listed = site.directory / "domains.txt"
    listed.write_text(
        f"# ours\n{site.domain} *.{site.domain}\r\n\n"
        f"not-ours-{site.domain}  # somebody else's\n"
        f"  www.{other}\tmail.{other}"
    )

    done = desk.run("many-domains/obtain.sh", str(listed), "--key-type", "rsa")

    assert done.exit_code == 1, done.output
    assert f"2 there, failed: not-ours-{site.domain}." in done.output
    assert len(desk.called("certbot")) == 3
    assert all(call.endswith(f" -d {call.split()[-1]}") for call in desk.called("certbot"))
    first = site.certbot.certificate(site.domain)
    assert names_of(first) == {site.domain, f"*.{site.domain}"}
    assert "RSA" in type(first.public_key()).__name__
    second = site.certbot.certificate(f"www.{other}")
    assert names_of(second) == {f"www.{other}", f"mail.{other}"}


def test_many_domains_keeps_what_is_there_and_replaces_what_changed(desk: Desk) -> None:
    site = desk.site
    listed = site.directory / "domains.txt"
    listed.write_text(f"www.{site.domain}\nmail.{site.domain}\n")
    assert desk.run("many-domains/obtain.sh", str(listed)).exit_code == 0
    names = [f"www.{site.domain}", f"mail.{site.domain}"]
    before = [site.certbot.certificate(name) for name in names]

    listed.write_text(f"www.{site.domain}\nmail.{site.domain} imap.{site.domain}\n")
    done = desk.run("many-domains/obtain.sh", str(listed))

    assert done.exit_code == 0, done.output
    assert "All 2 certificates are there." in done.output
    after = [site.certbot.certificate(name) for name in names]
    assert after[0] == before[0]
    assert names_of(after[1]) == {names[1], f"imap.{site.domain}"}


def test_many_domains_takes_no_name_twice(desk: Desk) -> None:
    site = desk.site
    listed = site.directory / "domains.txt"
    listed.write_text(f"{site.domain}\n*.{site.domain}\n")
    done = desk.run("many-domains/obtain.sh", str(listed))
    assert done.exit_code == 1, done.output
    assert f"{site.domain}: an earlier line has a certificate of this name" in done.output
    assert names_of(site.certbot.certificate(site.domain)) == {site.domain}


def test_the_commands_for_many_domains_need_no_earlier_use_of_certbot(desk: Desk) -> None:
    site = desk.site
    desk.add("fresh-certbot", f'exec {shlex.join(site.certbot.command())} "$@"')
    (site.directory / "domains.txt").write_text(f"www.{site.domain}\nmail.{site.domain}\n")
    commands = re.findall(r"^examples/(many-domains/.*)$", PAGE.read_text(), re.MULTILINE)
    said = []
    for command in commands:
        recipe, *words = shlex.split(command)
        done = desk.run(recipe, *words, CERTBOT="fresh-certbot")
        assert done.exit_code == 0, done.output
        said.append(done.output.splitlines()[-1])
    assert said == [
        "All 2 trials worked, and nothing was kept.",
        "All 2 certificates are there.",
    ]
    for name in ("www", "mail"):
        assert names_of(site.certbot.certificate(f"{name}.{site.domain}"))


@pytest.mark.parametrize("text", [None, "", "# nothing\n \n"], ids=["missing", "empty", "comments"])
def test_many_domains_without_domains(desk: Desk, text: str | None) -> None:
    listed = desk.site.directory / "domains.txt"
    if text is not None:
        listed.write_text(text)
    done = desk.run("many-domains/obtain.sh", str(listed))
    assert done.exit_code == 2
    assert done.output
    assert desk.called("certbot") == []


def test_many_domains_with_another_certbot(desk: Desk) -> None:
    site = desk.site
    desk.add("other-certbot")
    listed = site.directory / "domains.txt"
    listed.write_text(f"{site.domain}\n")
    done = desk.run("many-domains/obtain.sh", str(listed), CERTBOT="other-certbot")
    assert done.exit_code == 0, done.output
    [call] = desk.called("other-certbot")
    assert f"--dns-mijnhost-credentials {site.credentials}" in call
    assert call.endswith(f"-d {site.domain}")


# Staging first


def test_the_real_certificate_comes_after_a_trial_that_worked(desk: Desk) -> None:
    site = desk.site
    before = site.zone
    done = desk.run("staging/try-first.sh", "-d", site.domain, "-d", f"*.{site.domain}")
    assert done.exit_code == 0, done.output
    trial, real = desk.called("certbot")
    assert trial == f"{real} --dry-run"
    names = names_of(site.certbot.certificate(site.domain))
    assert names == {site.domain, f"*.{site.domain}"}
    assert site.zone == before


def test_the_real_ca_is_not_asked_where_the_trial_failed(desk: Desk) -> None:
    done = desk.run("staging/try-first.sh", "-d", f"not-ours-{desk.site.domain}")
    assert done.exit_code == 1
    assert "the real CA was not asked" in done.output
    [trial] = desk.called("certbot")
    assert trial.endswith(" --dry-run")


# A plain user


def as_a_plain_user(folder: Path) -> tuple[str, ...]:
    """Return what makes a command run as a plain user who owns the folder.

    Root becomes a user who may read everything, the Python of these tests too, but write nothing
    beyond the folder.
    """
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return (
        *(setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
    )


def test_a_plain_user_obtains_and_renews(desk: Desk) -> None:
    site = desk.site
    home = site.directory / "home"
    folder = home / "letsencrypt"
    folder.mkdir(parents=True, mode=0o700)
    shutil.copy(site.credentials, folder / "mijnhost.ini")
    desk.calls.touch()
    desk.calls.chmod(0o666)
    prefix = as_a_plain_user(home)
    mine = Certbot(folder, site.place.pebble)

    def run(*arguments: str) -> Finished:
        return desk.run("non-root/obtain.sh", *arguments, prefix=prefix, HOME=str(home))

    issued = run("-d", site.domain, "-d", f"*.{site.domain}")
    assert issued.exit_code == 0, issued.output
    first = mine.certificate(site.domain)
    assert names_of(first) == {site.domain, f"*.{site.domain}"}
    renewed = run("renew", "--force-renewal", "--no-random-sleep-on-renew")
    assert renewed.exit_code == 0, renewed.output
    assert mine.certificate(site.domain).serial_number != first.serial_number

    assert {path.name for path in folder.iterdir()} == {"config", "work", "logs", "mijnhost.ini"}
    assert not site.certbot.directory.exists(), "all of it lies in the user's own folder"
    keys = [path for path in folder.rglob("privkey*.pem") if not path.is_symlink()]
    assert len(keys) == 2
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_a_plain_user_who_names_no_domain_is_told_how(desk: Desk) -> None:
    done = desk.run("non-root/obtain.sh", HOME=str(desk.site.directory))
    assert done.exit_code == 2
    assert "-d example.nl" in done.output
    assert desk.called("certbot") == []


# Delegation


def test_domains_elsewhere_are_delegated_to_one_throw_away_zone(desk: Desk) -> None:
    site = desk.site
    zone = f"challenges-{site.domain}"
    site.emulator.account.add_domain(zone, records=[])
    elsewhere = [f"one-{site.domain}", f"two-{site.domain}"]
    names = [name for domain in elsewhere for name in (domain, f"*.{domain}")]
    printed = desk.run("delegation/cname-records.sh", zone, *names)
    assert printed.exit_code == 0, printed.output
    assert len(printed.output.splitlines()) == len(elsewhere)
    for domain, line in zip(elsewhere, printed.output.splitlines()):
        name, ttl, _, kind, value = line.split()
        site.emulator.account.add_domain(domain)
        site.emulator.account.add_record(domain, kind, name, value, int(ttl))
    before = [site.emulator.account.records(domain) for domain in elsewhere]
    # As with the key of an account that holds nothing else.
    site.write(zone=zone)
    start = len(site.emulator.requests)

    issued = site.certbot.obtain(site.credentials, names)
    assert issued.exit_code == 0, issued.output
    first = site.certbot.certificate(elsewhere[0])
    assert names_of(first) == set(names)
    renewed = site.certbot.renew()
    assert renewed.exit_code == 0, renewed.output
    assert site.certbot.certificate(elsewhere[0]).serial_number != first.serial_number

    assert site.emulator.account.records(zone) == []
    assert [site.emulator.account.records(domain) for domain in elsewhere] == before
    paths = {request.path for request in site.emulator.requests[start:]}
    assert paths == {f"/api/v2/domains/{zone}/dns"}


def test_a_name_that_is_none_is_not_delegated(desk: Desk) -> None:
    for names in ([], ["example.com; rm -rf /"], ["exämple.com"], ["*."]):
        refused = desk.run("delegation/cname-records.sh", "challenges.nl", *names)
        assert refused.exit_code == 2
        assert "CNAME" not in refused.output
    inside = desk.run("delegation/cname-records.sh", "challenges.nl", "www.Challenges.nl.")
    assert inside.output == "www.challenges.nl lies in challenges.nl itself, and needs no record.\n"


# Deploy hooks


@pytest.mark.parametrize("is_good", [True, False], ids=["good", "bad configuration"])
def test_certbot_runs_the_deploy_hooks_at_renewal(desk: Desk, is_good: bool) -> None:
    site = desk.site
    issued = site.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    hooks = site.certbot.directory / "config" / "renewal-hooks" / "deploy"
    for hook in (EXAMPLES / "deploy-hooks").iterdir():
        shutil.copy(hook, hooks)
    for check in ("nginx", "haproxy", "postfix", "doveconf"):
        desk.add(check, "" if is_good else "exit 1")
    desk.add("systemctl")
    certificates = site.directory / "certs"
    certificates.mkdir()

    more = ("--force-renewal", "--no-random-sleep-on-renew")
    environment = {**desk.environment, "HAPROXY_CERTIFICATES": str(certificates)}
    renewed = subprocess.run(
        ["certbot", "renew", *more], capture_output=True, text=True, check=False, env=environment
    )

    assert renewed.returncode == 0, "a hook that fails does not undo a renewal"
    joined = (certificates / f"{site.domain}.pem").read_text()
    live = site.certbot.directory / "config" / "live" / site.domain
    assert joined == (live / "fullchain.pem").read_text() + (live / "privkey.pem").read_text()
    services = {"nginx", "haproxy", "postfix", "dovecot"} if is_good else set()
    assert {call.split()[-1] for call in desk.called("systemctl")} == services
    if not is_good:
        assert "the check of its configuration failed" in " ".join(renewed.stderr.split())


def test_a_first_certificate_runs_the_deploy_hooks_with_newer_certbots_alone(desk: Desk) -> None:
    hooks = desk.site.certbot.directory / "config" / "renewal-hooks" / "deploy"
    hooks.mkdir(parents=True)
    shutil.copy(EXAMPLES / "deploy-hooks" / "nginx.sh", hooks)
    desk.add("nginx")
    desk.add("systemctl")
    words = ("certonly", "--authenticator", "dns-mijnhost", "-d", desk.site.domain)
    issued = subprocess.run(
        ["certbot", *words, "--dns-mijnhost-credentials", str(desk.site.credentials)],
        capture_output=True,
        text=True,
        check=False,
        env=desk.environment,
    )
    assert issued.returncode == 0, issued.stderr
    # As the page says.
    assert bool(desk.called("systemctl")) == (VERSION >= (5, 3))
