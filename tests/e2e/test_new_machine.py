"""What only a whole machine shows: systemd starts the renewal, in a sandbox and with a hook."""

from __future__ import annotations

import re
import shutil
import ssl

import pytest
from cryptography import x509

from examples.local_ca import free_ports

from .newcomer import ROOT, NewcomerOnANewMachine, blocks

RECIPES = ROOT / "docs" / "recipes.md"
SERVICE = ROOT / "examples" / "systemd" / "certbot-mijnhost.service"

pytestmark = pytest.mark.timeout(600)


def serve_by_nginx(machine: NewcomerOnANewMachine) -> int:
    """Let a real nginx serve the certificate; return its port."""
    [port] = free_ports(1)
    live = f"/etc/letsencrypt/live/{machine.site.domain}"
    machine.type("apt-get install --no-install-recommends nginx")
    machine.write(
        "/etc/nginx/conf.d/site.conf",
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {live}/fullchain.pem; "
        f"ssl_certificate_key {live}/privkey.pem; }}\n",
    )
    machine.type("rm -f /etc/nginx/sites-enabled/default; systemctl restart nginx")
    return port


def served(port: int) -> x509.Certificate:
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    return x509.load_pem_x509_certificate(pem.encode())


def drop_in_for(hook: str) -> str:
    """Return what the head of the service says to add for a hook."""
    text = SERVICE.read_text()
    lines = re.search(rf"^# {re.escape(hook)}:.*\n((?:#     .*\n)+)", text, re.MULTILINE)
    assert lines is not None
    return "[Service]\n" + re.sub(r"^#     ", "", lines[1], flags=re.MULTILINE)


def test_the_hardened_service_renews_and_its_hook_reloads_nginx(
    on_a_new_machine: NewcomerOnANewMachine,
) -> None:
    machine = on_a_new_machine
    site = machine.site
    shutil.copytree(ROOT / "examples", machine.path("/root/examples"))
    machine.type("apt-get update; apt-get install python3-venv")
    [install] = blocks("1a. Install pip's Certbot")
    machine.type(install)
    machine.tell_where_the_ca_is()
    write, *_, real, _, _, _ = blocks("2. Key, certificate, renewal")
    machine.type(write)
    machine.tell_where_the_api_is()
    machine.type(real)
    install, look, by_credential, *_ = blocks("A systemd timer", RECIPES)
    machine.type(by_credential.replace("-d example.nl", "-d www.example.nl"))
    port = serve_by_nginx(machine)
    machine.type(blocks("Deploy hooks", RECIPES)[0])
    drop_in = "/etc/systemd/system/certbot-mijnhost.service.d/nginx.conf"
    machine.write(drop_in, drop_in_for("nginx.sh"))
    machine.make_due()
    machine.type(install)

    first = machine.certificate(), machine.certificate(f"www.{site.domain}")
    assert served(port) == first[0]
    log = machine.type(f"({look}) || journalctl -u certbot-mijnhost.service")
    second = machine.certificate(), machine.certificate(f"www.{site.domain}")

    assert second[0].serial_number != first[0].serial_number, log
    assert second[1].serial_number != first[1].serial_number, log
    assert served(port) == second[0], log
    assert "certbot-mijnhost.timer" in log
    assert site.key not in machine.type("journalctl")


def test_the_recipe_for_apts_certbot_may_be_followed_twice(
    on_a_new_machine: NewcomerOnANewMachine,
) -> None:
    machine = on_a_new_machine
    shutil.copytree(ROOT / "examples", machine.path("/root/examples"))
    install, look = blocks("apt's Certbot on Debian and Ubuntu", RECIPES)
    machine.type("apt-get update")
    machine.type(install)
    machine.type(install)
    apts = machine.type("/usr/bin/certbot --version")
    assert machine.type("certbot --version") == apts
    shown = machine.type(look)
    assert "* dns-mijnhost" in shown
    assert "ExecStart=/opt/certbot-mijnhost/bin/python /usr/bin/certbot -q renew" in shown
    assert machine.type("systemctl start certbot.service") == ""
