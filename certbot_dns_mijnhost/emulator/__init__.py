"""mijn.host on this machine: its HTTP API and its DNS over one account in memory.

For tests, for demonstrations and for whoever writes a client: nobody needs a real key, and nothing
leaves the loopback. From code::

    from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants

    with Emulator(domains=("example.nl",), lags=(0.0, 2.0)) as emulator:
        emulator.api_url      # http://127.0.0.1:PORT/api/v2
        emulator.nameservers  # ["127.0.0.1:PORT", "127.0.0.2:PORT"]
        emulator.resolver     # 127.0.0.1:PORT, for a certificate authority
        emulator.variants = Variants(patch="append")
        emulator.faults.add(Fault.status(502), method="PATCH", times=2)

or ``python -m certbot_dns_mijnhost.emulator``. With ``serve=False`` there are no sockets:
``emulator.application.handle(Request(...))`` returns an :class:`Answer` or raises
:class:`ConnectionLost`, ``emulator.answer(query, index)`` and ``emulator.resolve(query)`` return
DNS messages; nothing sleeps, so that a virtual clock can rule.

It shares no code with :mod:`certbot_dns_mijnhost.api`, so that one misunderstanding cannot satisfy
both sides.

Limitations
===========

Nobody has compared the emulator with the real service. Each rule says in its docstring how well it
is known: *documented* by mijn.host, *seen in practice* by a client that runs against the real
service, or *assumed*. Where several behaviours are possible, :class:`Variants` plays each. Assumed
are:

- PATCH where another value stands at the type and name, PATCH with the value null, DELETE of a
  record that does not exist, and what happens to an exact duplicate;
- writes see the newest state, and reads are stale or short by exact counts or seconds;
- the key is checked first, then the path and the method, then the whitelist;
- ``GET /whoami`` answers an address that is not whitelisted; the names of its fields;
- an unknown path is a 404, a slash at the end of a path makes no difference;
- names: without a final dot, absolute where they end in the domain and relative otherwise; ``@``
  is the apex; names outside the domain are refused; listed as A-labels, in the case they were sent;
- values are checked by type; host names in them are absolute; quotes around TXT values are taken
  off, several quoted strings joined; a missing ttl is 3600; DELETE does not look at the ttl;
- the texts of refusals other than those that were seen, and ``data`` left out after a write;
- ``tags`` lists domains that have one of the tags; the fields of one domain beyond the listing's;
- SOA and NS at the apex are mijn.host's own and not among the records; a name server refuses zones
  it does not have, publishes whole versions of a zone, in order, after a constant delay, and refers
  to other name servers at NS records below the apex;
- the zone that a new domain begins with;
- servers, certificates, account and affiliate: all that the answers hold, but for a few names; what
  an account has of them at first is in :mod:`certbot_dns_mijnhost.emulator.services`.

Left out: DNSSEC, zone transfers, rate limits other than as faults, and new users.
"""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.account import DEFAULT_API_KEY, Account
from certbot_dns_mijnhost.emulator.application import LoggedRequest
from certbot_dns_mijnhost.emulator.emulator import Emulator, LoggedQuery
from certbot_dns_mijnhost.emulator.faults import Fault
from certbot_dns_mijnhost.emulator.messages import Answer, ConnectionLost, Request
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import Record

__all__ = [
    "DEFAULT_API_KEY",
    "Account",
    "Answer",
    "ConnectionLost",
    "Emulator",
    "Fault",
    "LoggedQuery",
    "LoggedRequest",
    "Record",
    "Request",
    "Variants",
]
