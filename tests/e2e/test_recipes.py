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
from tests.support.certbot import CertbotUser
from tests.support.commands import StubCommands

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
PAGE = ROOT / "docs" / "recipes.md"
NOBODY = 65534
VERSION = tuple(int(part) for part in certbot.__version__.split(".")[:2])


class RecipeRunner:
    """A user, and a `certbot` on the path that asks this machine's CA in the user's folders."""

    def __init__(self, user: CertbotUser) -> None:
        self.user = user
        self.commands = StubCommands(user.directory / "bin")
        self.commands.add(
            "certbot",
            then=f"exec {shlex.join(user.certbot.command())} \\\n"
            '    --agree-tos --register-unsafely-without-email "$@"',
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.user.certbot.environment(),
            "PATH": f"{self.commands.directory}{os.pathsep}{os.environ['PATH']}",
            "CREDENTIALS": str(self.user.credentials),
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
            cwd=self.user.directory,
        )
        return Finished(done.returncode, done.stdout, "")


@pytest.fixture
def recipes(user: CertbotUser) -> RecipeRunner:
    return RecipeRunner(user)


# Many domains


def test_many_domains_goes_on_after_a_failure_and_names_it(recipes: RecipeRunner) -> None:
    user = recipes.user
    other = f"other-{user.domain}"
    user.emulator.account.add_domain(other)
    listed = user.directory / "domains.txt"
    listed.write_text(
        f"# ours\n{user.domain} *.{user.domain}\r\n\n"
        f"not-ours-{user.domain}  # another client's\n"
        f"  www.{other}\tmail.{other}"
    )

    done = recipes.run("many-domains/obtain.sh", str(listed), "--key-type", "rsa")

    assert done.exit_code == 1, done.output
    assert f"2 there, failed: not-ours-{user.domain}." in done.output
    assert len(recipes.commands.called("certbot")) == 3
    assert all(
        call.endswith(f" -d {call.split()[-1]}") for call in recipes.commands.called("certbot")
    )
    first = user.certbot.certificate(user.domain)
    assert names_of(first) == {user.domain, f"*.{user.domain}"}
    assert "RSA" in type(first.public_key()).__name__
    second = user.certbot.certificate(f"www.{other}")
    assert names_of(second) == {f"www.{other}", f"mail.{other}"}


def test_many_domains_keeps_what_is_there_and_replaces_what_changed(recipes: RecipeRunner) -> None:
    user = recipes.user
    listed = user.directory / "domains.txt"
    listed.write_text(f"www.{user.domain}\nmail.{user.domain}\n")
    assert recipes.run("many-domains/obtain.sh", str(listed)).exit_code == 0
    names = [f"www.{user.domain}", f"mail.{user.domain}"]
    before = [user.certbot.certificate(name) for name in names]

    listed.write_text(f"www.{user.domain}\nmail.{user.domain} imap.{user.domain}\n")
    done = recipes.run("many-domains/obtain.sh", str(listed))

    assert done.exit_code == 0, done.output
    assert "All 2 certificates are there." in done.output
    after = [user.certbot.certificate(name) for name in names]
    assert after[0] == before[0]
    assert names_of(after[1]) == {names[1], f"imap.{user.domain}"}


def test_many_domains_takes_no_name_twice(recipes: RecipeRunner) -> None:
    user = recipes.user
    listed = user.directory / "domains.txt"
    listed.write_text(f"{user.domain}\n*.{user.domain}\n")
    done = recipes.run("many-domains/obtain.sh", str(listed))
    assert done.exit_code == 1, done.output
    assert f"{user.domain}: an earlier line has a certificate of this name" in done.output
    assert names_of(user.certbot.certificate(user.domain)) == {user.domain}


def test_the_commands_for_many_domains_need_no_earlier_use_of_certbot(
    recipes: RecipeRunner,
) -> None:
    user = recipes.user
    recipes.commands.add("fresh-certbot", then=f'exec {shlex.join(user.certbot.command())} "$@"')
    (user.directory / "domains.txt").write_text(f"www.{user.domain}\nmail.{user.domain}\n")
    commands = re.findall(r"^examples/(many-domains/.*)$", PAGE.read_text(), re.MULTILINE)
    last_lines = []
    for command in commands:
        recipe, *words = shlex.split(command)
        done = recipes.run(recipe, *words, CERTBOT="fresh-certbot")
        assert done.exit_code == 0, done.output
        last_lines.append(done.output.splitlines()[-1])
    assert last_lines == [
        "All 2 trials worked, and nothing was kept.",
        "All 2 certificates are there.",
    ]
    for name in ("www", "mail"):
        assert names_of(user.certbot.certificate(f"{name}.{user.domain}"))


@pytest.mark.parametrize("text", [None, "", "# nothing\n \n"], ids=["missing", "empty", "comments"])
def test_many_domains_without_domains(recipes: RecipeRunner, text: str | None) -> None:
    listed = recipes.user.directory / "domains.txt"
    if text is not None:
        listed.write_text(text)
    done = recipes.run("many-domains/obtain.sh", str(listed))
    assert done.exit_code == 2
    assert done.output
    assert recipes.commands.called("certbot") == []


def test_many_domains_with_another_certbot(recipes: RecipeRunner) -> None:
    user = recipes.user
    recipes.commands.add("other-certbot")
    listed = user.directory / "domains.txt"
    listed.write_text(f"{user.domain}\n")
    done = recipes.run("many-domains/obtain.sh", str(listed), CERTBOT="other-certbot")
    assert done.exit_code == 0, done.output
    [call] = recipes.commands.called("other-certbot")
    assert f"--dns-mijnhost-credentials {user.credentials}" in call
    assert call.endswith(f"-d {user.domain}")


# Staging first


def test_the_real_certificate_comes_after_a_trial_that_worked(recipes: RecipeRunner) -> None:
    user = recipes.user
    before = user.zone
    done = recipes.run("staging/try-first.sh", "-d", user.domain, "-d", f"*.{user.domain}")
    assert done.exit_code == 0, done.output
    trial, real = recipes.commands.called("certbot")
    assert trial == f"{real} --dry-run"
    names = names_of(user.certbot.certificate(user.domain))
    assert names == {user.domain, f"*.{user.domain}"}
    assert user.zone == before


def test_the_real_ca_is_not_asked_where_the_trial_failed(recipes: RecipeRunner) -> None:
    done = recipes.run("staging/try-first.sh", "-d", f"not-ours-{recipes.user.domain}")
    assert done.exit_code == 1
    assert "the real CA was not asked" in done.output
    [trial] = recipes.commands.called("certbot")
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


def test_a_plain_user_obtains_and_renews(recipes: RecipeRunner) -> None:
    user = recipes.user
    home = user.directory / "home"
    folder = home / "letsencrypt"
    folder.mkdir(parents=True, mode=0o700)
    shutil.copy(user.credentials, folder / "mijnhost.ini")
    recipes.commands.log.touch()
    recipes.commands.log.chmod(0o666)
    prefix = as_a_plain_user(home)
    mine = Certbot(folder, user.pebble)

    def run(*arguments: str) -> Finished:
        return recipes.run("non-root/obtain.sh", *arguments, prefix=prefix, HOME=str(home))

    issued = run("-d", user.domain, "-d", f"*.{user.domain}")
    assert issued.exit_code == 0, issued.output
    first = mine.certificate(user.domain)
    assert names_of(first) == {user.domain, f"*.{user.domain}"}
    renewed = run("renew", "--force-renewal", "--no-random-sleep-on-renew")
    assert renewed.exit_code == 0, renewed.output
    assert mine.certificate(user.domain).serial_number != first.serial_number

    assert {path.name for path in folder.iterdir()} == {"config", "work", "logs", "mijnhost.ini"}
    assert not user.certbot.directory.exists(), "all of it lies in the user's own folder"
    keys = [path for path in folder.rglob("privkey*.pem") if not path.is_symlink()]
    assert len(keys) == 2
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_a_plain_user_who_names_no_domain_is_told_how(recipes: RecipeRunner) -> None:
    done = recipes.run("non-root/obtain.sh", HOME=str(recipes.user.directory))
    assert done.exit_code == 2
    assert "-d example.nl" in done.output
    assert recipes.commands.called("certbot") == []


# Delegation


def test_domains_elsewhere_are_delegated_to_one_throw_away_zone(recipes: RecipeRunner) -> None:
    user = recipes.user
    zone = f"challenges-{user.domain}"
    user.emulator.account.add_domain(zone, records=[])
    elsewhere = [f"one-{user.domain}", f"two-{user.domain}"]
    names = [name for domain in elsewhere for name in (domain, f"*.{domain}")]
    printed = recipes.run("delegation/cname-records.sh", zone, *names)
    assert printed.exit_code == 0, printed.output
    assert len(printed.output.splitlines()) == len(elsewhere)
    for domain, line in zip(elsewhere, printed.output.splitlines()):
        name, ttl, _, kind, value = line.split()
        user.emulator.account.add_domain(domain)
        user.emulator.account.add_record(domain, kind, name, value, int(ttl))
    before = [user.emulator.account.records(domain) for domain in elsewhere]
    # As with the key of an account that holds nothing else.
    user.write(zone=zone)
    start = len(user.emulator.requests)

    issued = user.certbot.obtain(user.credentials, names)
    assert issued.exit_code == 0, issued.output
    first = user.certbot.certificate(elsewhere[0])
    assert names_of(first) == set(names)
    renewed = user.certbot.renew()
    assert renewed.exit_code == 0, renewed.output
    assert user.certbot.certificate(elsewhere[0]).serial_number != first.serial_number

    assert user.emulator.account.records(zone) == []
    assert [user.emulator.account.records(domain) for domain in elsewhere] == before
    paths = {request.path for request in user.emulator.requests[start:]}
    assert paths == {f"/api/v2/domains/{zone}/dns"}


def test_a_name_that_is_none_is_not_delegated(recipes: RecipeRunner) -> None:
    for names in ([], ["example.com; rm -rf /"], ["exämple.com"], ["*."]):
        refused = recipes.run("delegation/cname-records.sh", "challenges.nl", *names)
        assert refused.exit_code == 2
        assert "CNAME" not in refused.output
    inside = recipes.run("delegation/cname-records.sh", "challenges.nl", "www.Challenges.nl.")
    assert inside.output == "www.challenges.nl is in challenges.nl itself, and needs no record.\n"


# Deploy hooks


@pytest.mark.parametrize("is_good", [True, False], ids=["good", "bad configuration"])
def test_certbot_runs_the_deploy_hooks_at_renewal(recipes: RecipeRunner, is_good: bool) -> None:
    user = recipes.user
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    hooks = user.certbot.directory / "config" / "renewal-hooks" / "deploy"
    for hook in (EXAMPLES / "deploy-hooks").iterdir():
        shutil.copy(hook, hooks)
    for check in ("nginx", "haproxy", "postfix", "doveconf"):
        recipes.commands.add(check, exit_code=0 if is_good else 1)
    recipes.commands.add("systemctl")
    certificates = user.directory / "certs"
    certificates.mkdir()

    more = ("--force-renewal", "--no-random-sleep-on-renew")
    environment = {**recipes.environment, "HAPROXY_CERTIFICATES": str(certificates)}
    renewed = subprocess.run(
        ["certbot", "renew", *more], capture_output=True, text=True, check=False, env=environment
    )

    assert renewed.returncode == 0, "a hook that fails does not undo a renewal"
    joined = (certificates / f"{user.domain}.pem").read_text()
    live = user.certbot.directory / "config" / "live" / user.domain
    assert joined == (live / "fullchain.pem").read_text() + (live / "privkey.pem").read_text()
    services = {"nginx", "haproxy", "postfix", "dovecot"} if is_good else set()
    assert {call.split()[-1] for call in recipes.commands.called("systemctl")} == services
    if not is_good:
        assert "the check of its configuration failed" in " ".join(renewed.stderr.split())


def test_a_first_certificate_runs_the_deploy_hooks_with_newer_certbots_alone(
    recipes: RecipeRunner,
) -> None:
    hooks = recipes.user.certbot.directory / "config" / "renewal-hooks" / "deploy"
    hooks.mkdir(parents=True)
    shutil.copy(EXAMPLES / "deploy-hooks" / "nginx.sh", hooks)
    recipes.commands.add("nginx")
    recipes.commands.add("systemctl")
    words = ("certonly", "--authenticator", "dns-mijnhost", "-d", recipes.user.domain)
    issued = subprocess.run(
        ["certbot", *words, "--dns-mijnhost-credentials", str(recipes.user.credentials)],
        capture_output=True,
        text=True,
        check=False,
        env=recipes.environment,
    )
    assert issued.returncode == 0, issued.stderr
    # As the page says.
    assert bool(recipes.commands.called("systemctl")) == (VERSION >= (5, 3))
