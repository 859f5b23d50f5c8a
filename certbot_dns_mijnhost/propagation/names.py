"""Reading domain names."""

from __future__ import annotations

import dns.exception
import dns.name

from certbot_dns_mijnhost.propagation.errors import InvalidNameError


def read_name(text: str) -> dns.name.Name:
    """Return an absolute name in lower case; a final dot makes no difference.

    :raises InvalidNameError: where the text is no domain name.
    """
    try:
        try:
            name = dns.name.from_text(text)
        except dns.name.IDNAException:
            # Emoji: IDNA 2008 refuses them, but registries sold such names by the older rules.
            name = dns.name.from_text(text, idna_codec=dns.name.IDNA_2003)
    except (dns.exception.DNSException, ValueError) as error:
        raise InvalidNameError(f"{text!r} is no domain name ({type(error).__name__})") from error
    if not text or name == dns.name.root:
        raise InvalidNameError(f"{text!r} is no domain name (it has no label)")
    return name.canonicalize()


def write_name(name: dns.name.Name) -> str:
    """Return a name as people write it: without the final dot."""
    return name.to_text(omit_final_dot=True)
