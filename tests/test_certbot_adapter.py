"""Old Certbots list a plugin only with zope's declarations; new ones have no zope."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

pytest.importorskip("zope.interface", reason="it comes with the tests' tools")

from zope import interface

from certbot_dns_mijnhost import certbot_adapter


class IAuthenticator(interface.Interface):  # type: ignore[misc]
    """As in Certbot before 2.0."""


class IPluginFactory(interface.Interface):  # type: ignore[misc]
    """As in Certbot before 2.0."""


class Plugin:
    pass


def test_an_old_certbot_gets_its_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    old = SimpleNamespace(IAuthenticator=IAuthenticator, IPluginFactory=IPluginFactory)
    monkeypatch.setattr(certbot_adapter, "interfaces", old)
    assert certbot_adapter.declared(Plugin) is Plugin
    assert IAuthenticator.implementedBy(Plugin)
    assert IPluginFactory.providedBy(Plugin)


def test_a_new_certbot_gets_none_and_zope_is_not_imported() -> None:
    program = (
        "import sys\n"
        "sys.modules['zope'] = None\n"
        "from certbot_dns_mijnhost import dns_mijnhost\n"
        "print(dns_mijnhost.Authenticator.description)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "mijn.host" in result.stdout
