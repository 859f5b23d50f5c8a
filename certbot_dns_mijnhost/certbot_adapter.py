"""What the authenticator needs of Certbot: declarations, challenges as records, errors, output.

Certbot imports this module at every run, with :mod:`.dns_mijnhost`: it imports as little.
"""

from __future__ import annotations

import locale
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from certbot import errors, interfaces
from certbot.display import util as display_util

if TYPE_CHECKING:
    from certbot_dns_mijnhost.zone import TXTRecord

PluginClass = TypeVar("PluginClass", bound=type)


def declared(plugin: PluginClass) -> PluginClass:
    """Return the class, with zope's declarations if this Certbot needs them.

    Certbot before 1.19 lists a plugin only if its class has them; later versions have abstract base
    classes instead, and zope is not installed with Certbot 2.0 and later.
    """
    if hasattr(interfaces, "Authenticator"):
        return plugin
    # A Certbot that is so old depends on it.
    from zope import interface  # noqa: PLC0415

    interface.classImplements(plugin, interfaces.IAuthenticator)
    interface.directlyProvides(plugin, interfaces.IPluginFactory)
    return plugin


def record_of(achall: Any) -> TXTRecord:
    """Return the TXT record of a challenge, with any version of Certbot."""
    # `domain` gave way to `identifier` in Certbot 5.3 and warns since.
    identifier = getattr(achall, "identifier", None)
    domain = achall.domain if identifier is None else identifier.value
    return txt_record(achall.validation_domain_name(domain), achall.validation(achall.account_key))


def txt_record(name: str, value: str) -> TXTRecord:
    """Return a TXT record; the import takes long, so it is not at the top."""
    from certbot_dns_mijnhost.zone import TXTRecord  # noqa: PLC0415

    return TXTRecord(name, value)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the plugin's errors into Certbot's, which end in one message."""
    from certbot_dns_mijnhost.api import MijnHostError  # noqa: PLC0415
    from certbot_dns_mijnhost.settings import SettingError  # noqa: PLC0415
    from certbot_dns_mijnhost.waiting import NotPropagatedError  # noqa: PLC0415

    try:
        yield
    except (MijnHostError, NotPropagatedError, SettingError) as error:
        message = encodable(str(error))
        # Certbot writes the cause to its log, which would fail for the same letters.
        raise errors.PluginError(message) from (error if message == str(error) else None)


def encodable(text: str) -> str:
    """Return `text` with escapes for letters that Certbot's log and output cannot encode."""
    encoding = locale.getpreferredencoding(do_setlocale=False)
    return text.encode(encoding, "backslashreplace").decode(encoding)


def notify(text: str) -> None:
    """Show a line to the user, as Certbot shows its own."""
    display_util.notify(encodable(text))


class UnusableCredentialsError(errors.MisconfigurationError):
    """The credentials file cannot be used."""

    def __repr__(self) -> str:
        # Certbot shows the repr of what prepare() raises.
        return str(self)
