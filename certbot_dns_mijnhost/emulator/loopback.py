"""The emulator's only address is the loopback."""

from __future__ import annotations

import ipaddress


def require_loopback(address: str) -> str:
    """Return the address, if nobody but this machine can reach it.

    :raises ValueError: where it is no loopback address
    """
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"{address}: the emulator listens on loopback addresses only")
    return address
