"""A server that records requests and sends prepared answers, byte for byte."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

Reply = Callable[[socket.socket], None]


class Listener:
    """Hears requests on loopback; each connection gets one reply."""

    def __init__(
        self, server: socket.socket, reply: Reply, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._tls = tls
        self._reply = reply
        self.heard: list[bytes] = []
        self.url = f"http://127.0.0.1:{server.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(60)
                with contextlib.ExitStack() as stack:
                    if self._tls is not None:
                        wrapped = self._tls.wrap_socket(connection, server_side=True)
                        connection = stack.enter_context(wrapped)
                    self.heard.append(_request(connection))
                    self._reply(connection)


def _request(connection: socket.socket) -> bytes:
    """Return a whole request: some clients send its head and its body one after the other."""
    heard = connection.recv(65536)
    head, separator, body = heard.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while separator and length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head + separator + body


@contextlib.contextmanager
def listening(reply: Reply, *, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """Serve until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server, reply, tls)
        thread = threading.Thread(target=listener.serve)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(data: bytes) -> Reply:
    """Reply with bytes and close."""
    return lambda connection: connection.sendall(data)
