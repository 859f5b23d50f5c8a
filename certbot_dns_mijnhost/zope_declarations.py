"""What Certbots before 1.19 ask of a plugin.

They list a plugin only if its class carries zope's declarations; later ones have abstract base
classes instead, and from 2.0 on zope is not installed with them.
"""

from __future__ import annotations

from typing import TypeVar

from certbot import interfaces

PluginClass = TypeVar("PluginClass", bound=type)


def declared(plugin: PluginClass) -> PluginClass:
    """Return the class with zope's declarations where this Certbot asks for them."""
    if hasattr(interfaces, "Authenticator"):
        return plugin
    # Imported only where a Certbot so old has brought it.
    from zope import interface  # noqa: PLC0415

    interface.classImplements(plugin, interfaces.IAuthenticator)
    interface.directlyProvides(plugin, interfaces.IPluginFactory)
    return plugin
