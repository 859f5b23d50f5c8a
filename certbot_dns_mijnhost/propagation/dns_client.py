"""Sending one question to one address; the only module here that talks to name servers.

A server that does not understand EDNS is asked without it. This is remembered for each address.
"""

from __future__ import annotations

import errno
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode

from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.query import NoAnswerError, read_txt
from certbot_dns_mijnhost.propagation.said import Kind, Said

PAYLOAD = 1232
"""Bytes of a UDP answer that pass everywhere without fragments (DNS flag day 2020)."""
EDNS_REFUSED = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS})
"""Answers of servers that do not understand EDNS, or not this version of it."""
NO_ROUTE = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EINVAL,  # a link-local address without a usable scope
        errno.EPERM,
        errno.EACCES,
    }
)
"""Errors of this machine before a packet leaves it."""


class DNSClient:
    """Asks name servers directly, without recursion. Can be shared by threads.

    :param timeout: seconds for one question; twice that if the server first refuses EDNS and then
        does not answer.
    :param before: is called with the server's address before each question, for example to wait.
    """

    def __init__(
        self, timeout: float, *, before: Callable[[Endpoint], None] = lambda _: None
    ) -> None:
        self._timeout = timeout
        self._before = before
        self._without_edns: set[Endpoint] = set()

    def ask(self, server: Endpoint, name: str, kind: str) -> dns.message.Message:
        """Return the answer of one server.

        After silence the next question uses the other mode (with or without EDNS): a firewall may
        drop the packets of one of them, and a question costs one timeout in either case.

        :param server: an address and a port.
        :raises NoAnswerError: if no answer came.
        """
        with_edns = server not in self._without_edns
        try:
            answer = self._send(server, name, kind, with_edns=with_edns)
        except NoAnswerError as error:
            self._change_mode(server)
            if not (with_edns and error.is_unreadable):
                raise
            return self._send(server, name, kind, with_edns=False)
        if with_edns and answer.rcode() in EDNS_REFUSED:
            self._without_edns.add(server)
            return self._send(server, name, kind, with_edns=False)
        if answer.rcode() == dns.rcode.SERVFAIL:
            self._change_mode(server)
        return answer

    def ask_for_txt(self, server: Endpoint, name: str) -> Said:
        """Ask a server for the TXT values at a name, and return what it said."""
        try:
            return read_txt(self.ask(server, name, "TXT"), dns.name.from_text(name))
        except NoAnswerError as error:
            return no_answer(error)

    def _change_mode(self, server: Endpoint) -> None:
        if server in self._without_edns:
            self._without_edns.discard(server)
        else:
            self._without_edns.add(server)

    def _send(
        self, server: Endpoint, name: str, kind: str, *, with_edns: bool
    ) -> dns.message.Message:
        edns = {"use_edns": 0, "payload": PAYLOAD} if with_edns else {"use_edns": -1}
        question = dns.message.make_query(name, kind, **edns)  # type: ignore[arg-type]
        question.flags &= ~dns.flags.RD
        self._before(server)
        try:
            answer, _ = dns.query.udp_with_fallback(
                question,
                server.host,
                timeout=self._timeout,
                port=server.port,
                ignore_unexpected=True,
            )
        except dns.exception.Timeout as error:
            raise NoAnswerError("no answer") from error
        except OSError as error:
            raise NoAnswerError(
                error.strerror or "cannot be reached", is_unroutable=error.errno in NO_ROUTE
            ) from error
        except (dns.exception.DNSException, EOFError, ValueError) as error:
            raise NoAnswerError(
                f"an answer that can't be read ({type(error).__name__})", is_unreadable=True
            ) from error
        return answer


def no_answer(error: NoAnswerError) -> Said:
    """Return in which words there is no answer."""
    return Said(Kind.SILENT, detail=str(error), is_unroutable=error.is_unroutable)
