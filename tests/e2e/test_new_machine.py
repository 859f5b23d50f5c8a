"""What only a whole machine shows: systemd starts the renewal, in a sandbox, by real servers."""

from __future__ import annotations

import re
import shutil
import smtplib
import ssl
import time
from collections.abc import Callable

import pytest
from cryptography import x509

from scripts.local_ca import free_ports
from tests.support.docs_shell import ROOT, MachineShell, blocks

RECIPES = ROOT / "docs" / "recipes.md"
SERVICE = ROOT / "examples" / "systemd" / "certbot-mijnhost.service"
HOOKS = "/etc/letsencrypt/renewal-hooks/deploy"
LOOPBACK = "127.0.0.1"
SINCE_24 = ("ssl_server_cert_file", "ssl_server_key_file")
"""What Dovecot calls its certificate and key since version 2.4."""

Served = Callable[[], x509.Certificate]


def by_tls(port: int) -> x509.Certificate:
    pem = ssl.get_server_certificate((LOOPBACK, port))
    return x509.load_pem_x509_certificate(pem.encode())


def by_smtp(port: int) -> x509.Certificate:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with smtplib.SMTP(LOOPBACK, port) as connection:
        connection.starttls(context=context)
        shown = connection.sock.getpeercert(binary_form=True)  # type: ignore[union-attr]
    return x509.load_der_x509_certificate(shown)


def comes_to_show(served: Served, wanted: x509.Certificate) -> bool:
    """Tell whether a server shows a certificate; one that reloads may be as before for a while."""
    deadline = time.monotonic() + 300
    while served() != wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def live(machine: MachineShell) -> str:
    return f"/etc/letsencrypt/live/{machine.user.domain}"


def nginx(machine: MachineShell) -> list[Served]:
    [port] = free_ports(1)
    machine.type("apt-get install --no-install-recommends nginx")
    machine.write(
        "/etc/nginx/conf.d/site.conf",
        f"server {{ listen {LOOPBACK}:{port} ssl; ssl_certificate {live(machine)}/fullchain.pem; "
        f"ssl_certificate_key {live(machine)}/privkey.pem; }}\n",
    )
    machine.type("rm -f /etc/nginx/sites-enabled/default; systemctl restart nginx")
    return [lambda: by_tls(port)]


def haproxy(machine: MachineShell) -> list[Served]:
    [port] = free_ports(1)
    machine.type("apt-get install --no-install-recommends haproxy")
    machine.type("install -d -m 700 /etc/haproxy/certs")
    machine.write(
        "/etc/haproxy/haproxy.cfg",
        f"frontend user\n    mode http\n    bind {LOOPBACK}:{port} ssl crt /etc/haproxy/certs/\n",
    )
    machine.type(f"RENEWED_LINEAGE={live(machine)} {HOOKS}/haproxy.sh; systemctl restart haproxy")
    return [lambda: by_tls(port)]


def postfix_dovecot(machine: MachineShell) -> list[Served]:
    smtp, imap = free_ports(2)
    machine.type("apt-get install --no-install-recommends postfix dovecot-imapd")
    machine.type(
        f"postconf -e smtpd_tls_chain_files={live(machine)}/privkey.pem,"
        f"{live(machine)}/fullchain.pem smtpd_tls_security_level=may inet_interfaces={LOOPBACK}\n"
        f"postconf -MX smtp/inet; postconf -Me '{smtp}/inet={smtp} inet n - y - - smtpd'\n"
        "systemctl restart postfix"
    )
    is_old = machine.type("dovecot --version").startswith("2.3")
    names, file = (("ssl_cert", "ssl_key"), "<") if is_old else (SINCE_24, "")
    machine.write(
        "/etc/dovecot/local.conf",
        f"listen = {LOOPBACK}\nssl = required\n"
        f"{names[0]} = {file}{live(machine)}/fullchain.pem\n"
        f"{names[1]} = {file}{live(machine)}/privkey.pem\n"
        "service imap-login {\n  inet_listener imap {\n    port = 0\n  }\n"
        f"  inet_listener imaps {{\n    port = {imap}\n    ssl = yes\n  }}\n}}\n",
    )
    machine.type("systemctl restart dovecot")
    return [lambda: by_smtp(smtp), lambda: by_tls(imap)]


SERVERS = {"nginx.sh": nginx, "haproxy.sh": haproxy, "postfix-dovecot.sh": postfix_dovecot}


def drop_in_for(hook: str) -> str:
    """Return what the head of the service says to add for a hook."""
    lines = re.search(
        rf"^# {re.escape(hook)}:.*\n((?:#     .*\n)+)", SERVICE.read_text(), re.MULTILINE
    )
    assert lines is not None
    return "[Service]\n" + re.sub(r"^#     ", "", lines[1], flags=re.MULTILINE)


@pytest.fixture
def machine(machine_shell: MachineShell) -> MachineShell:
    shutil.copytree(ROOT / "examples", machine_shell.path("/srv/examples"))
    machine_shell.type("apt-get update")
    return machine_shell


def test_the_hardened_service_renews_and_its_hooks_reach_the_servers(
    machine: MachineShell,
) -> None:
    user = machine.user
    machine.type("apt-get install python3-venv")
    machine.type(blocks("Install with pip")[0])
    machine.configure_ca()
    write, _, _, real, *_ = blocks("First certificate")
    machine.type(write)
    machine.configure_api()
    machine.type(real)
    install, look, by_credential, *_ = blocks("A systemd timer", RECIPES)
    machine.type(by_credential.replace("-d example.nl", "-d www.example.nl"))
    machine.type(install)
    machine.make_due()
    start, journal, timers = look.splitlines()
    assert "certbot-mijnhost.timer" in machine.type(timers)

    for hook, set_up in SERVERS.items():
        machine.type(blocks("Deploy hooks", RECIPES)[0].replace("nginx.sh", hook))
        served = set_up(machine)
        drop_in = f"/etc/systemd/system/certbot-mijnhost.service.d/{hook}.conf"
        machine.write(drop_in, drop_in_for(hook))
        machine.type("systemctl daemon-reload")
        names = (user.domain, f"www.{user.domain}")
        before = [machine.certificate(name) for name in names]
        assert [each() for each in served] == [before[0]] * len(served)

        log = machine.type(f"{start} || true; {journal} --no-pager")

        after = [machine.certificate(name) for name in names]
        assert all(old != new for old, new in zip(before, after)), log
        assert all(comes_to_show(each, after[0]) for each in served), log
        assert f"{hook}:" not in log, "the hook had nothing to say"
        # What the next hook needs, this one's rights must not give.
        machine.type(f"rm {drop_in} {HOOKS}/{hook}")
    assert user.key not in machine.type("journalctl --no-pager")


def test_the_recipe_for_apts_certbot_may_be_followed_twice(machine: MachineShell) -> None:
    install, look = blocks("apt's Certbot on Debian and Ubuntu", RECIPES)
    machine.type(install)
    machine.type(install)
    apts = machine.type("/usr/bin/certbot --version")
    assert machine.type("certbot --version") == apts
    shown = machine.type(look)
    assert "* dns-mijnhost" in shown
    assert "ExecStart=/opt/certbot-mijnhost/bin/python /usr/bin/certbot -q renew" in shown
    assert machine.type("systemctl start certbot.service") == ""

    # Without systemd, apt's cron renews. It has to find the command before apt's own.
    cron = machine.path("/etc/cron.d/certbot").read_text()
    [path] = re.findall(r"^PATH=(.*)$", cron, re.MULTILINE)
    found = [folder for folder in path.split(":") if folder in {"/usr/local/bin", "/usr/bin"}]
    assert found == ["/usr/local/bin", "/usr/bin"]
    assert "&& certbot -q renew " in cron
