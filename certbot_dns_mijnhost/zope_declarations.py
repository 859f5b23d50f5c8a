"""Declarations for Certbot before 1.19.

It lists a plugin only if its class has zope's declarations; later versions have abstract base
classes instead, and zope is not installed with Certbot 2.0 and later.
"""

from __future__ import annotations

from typing import TypeVar

from certbot import interfaces

PluginClass = TypeVar("PluginClass", bound=type)


def declared(plugin: PluginClass) -> PluginClass:
    """Return the class, with zope's declarations if this Certbot needs them."""
    if hasattr(interfaces, "Authenticator"):
        return plugin
    # A Certbot that is so old depends on it.
    from zope import interface  # noqa: PLC0415

    interface.classImplements(plugin, interfaces.IAuthenticator)
    interface.directlyProvides(plugin, interfaces.IPluginFactory)
    return plugin
