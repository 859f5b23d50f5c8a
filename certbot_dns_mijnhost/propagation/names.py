"""Domain names: from text to the library's type and back.

A module of its own, because all others here and the doctor use it and it needs none of them.
"""

from __future__ import annotations

import dns.exception
import dns.name

from certbot_dns_mijnhost.propagation.errors import InvalidNameError


def read_name(text: str) -> dns.name.Name:
    """Return an absolute name in lower case; a final dot makes no difference.

    :raises InvalidNameError: if the text is not a domain name.
    """
    try:
        try:
            name = dns.name.from_text(text)
        except dns.name.IDNAException:
            # Emoji: IDNA 2008 refuses them, but registries sold such names under IDNA 2003.
            name = dns.name.from_text(text, idna_codec=dns.name.IDNA_2003)
    except (dns.exception.DNSException, ValueError) as error:
        raise InvalidNameError(
            f"{text!r} is not a domain name ({str(error).rstrip('.')})"
        ) from error
    if not text or name == dns.name.root:
        raise InvalidNameError(f"{text!r} is not a domain name (it is empty)")
    return name.canonicalize()


def write_name(name: dns.name.Name) -> str:
    """Return a name as text without the final dot."""
    return name.to_text(omit_final_dot=True)
