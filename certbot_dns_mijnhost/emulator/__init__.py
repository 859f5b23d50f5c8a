"""mijn.host on this machine: the HTTP API and the DNS of one account in memory.

Use it for tests, for demonstrations and to develop a client. It needs no real key, and it listens
on loopback addresses only. From Python::

    from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants

    with Emulator(domains=("example.nl",), lags=(0.0, 2.0)) as emulator:
        emulator.api_url      # http://127.0.0.1:PORT/api/v2
        emulator.nameservers  # ["127.0.0.1:PORT", "127.0.0.2:PORT"]
        emulator.resolver     # 127.0.0.1:PORT, for the CA
        emulator.variants = Variants(patch="append")
        emulator.faults.add(Fault.status(502), method="PATCH", times=2)

From the command line: ``python -m certbot_dns_mijnhost.emulator``.

With ``serve=False`` it opens no sockets: ``emulator.application.handle(Request(...))`` returns an
:class:`Answer` or raises :class:`ConnectionLost`; ``emulator.answer(query, index)`` and
``emulator.resolve(query)`` return DNS messages. Then nothing sleeps, so the clock may be virtual.

It shares no code with :mod:`certbot_dns_mijnhost.api`: otherwise one misunderstanding of the API
could be in both, and no test would fail.

Limitations
===========

The emulator has not been compared with the real service. The docstring of each rule says how well
it is known: *documented* by mijn.host, *seen in practice* by a client of the real service, or
*assumed*. If several behaviours are possible, :class:`Variants` has a switch. Assumed are:

- PATCH if another value exists at the type and name; PATCH with the value null; DELETE of a record
  that does not exist; the result of an exact duplicate;
- writes change the newest state; reads are stale or short by exact counts or seconds;
- the key is checked first, then the path and the method, then the whitelist;
- ``GET /whoami`` answers an address that is not in the whitelist; the names of its fields;
- an unknown path is a 404; a slash at the end of a path is ignored;
- a name without a final dot is absolute if it ends in the domain, and otherwise relative; ``@`` is
  the apex; names outside the domain are refused; names are listed as A-labels in the case in which
  they were sent;
- values are checked by type; host names in them are absolute; quotes around TXT values are removed,
  and several quoted strings are joined; a missing ttl is 3600; DELETE ignores the ttl;
- the texts of refusals, except those that were seen; no ``data`` after a write;
- ``tags`` lists the domains that have one of the tags; the fields of one domain that the listing
  does not have;
- SOA and NS records at the apex are mijn.host's own and not in the listing; a name server refuses
  zones that it does not have, publishes all changes of a zone in order after a constant delay, and
  returns a referral if NS records below the apex delegate the name;
- the zone of a new domain;
- servers, certificates, account and affiliate: most fields of the answers; the initial contents are
  in :mod:`certbot_dns_mijnhost.emulator.services`.

Not emulated: DNSSEC, zone transfers, rate limits for single calls (script them as faults), and the
login of new users.
"""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.account import DEFAULT_API_KEY, Account
from certbot_dns_mijnhost.emulator.application import LoggedRequest
from certbot_dns_mijnhost.emulator.emulator import Emulator, LoggedQuery
from certbot_dns_mijnhost.emulator.faults import Fault
from certbot_dns_mijnhost.emulator.http_messages import Answer, ConnectionLost, Request
from certbot_dns_mijnhost.emulator.records import Record
from certbot_dns_mijnhost.emulator.variants import Variants

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
