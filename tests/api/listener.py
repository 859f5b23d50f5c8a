"""A server that keeps what it hears and says what it is told to, byte for byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Reply = Callable[[socket.socket], None]


class Listener:
    """Hears requests on loopback; each connection gets one reply."""

    def __init__(self, server: socket.socket, reply: Reply) -> None:
        self._server = server
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
                connection.settimeout(5)
                self.heard.append(connection.recv(65536))
                self._reply(connection)


@contextlib.contextmanager
def listening(reply: Reply) -> Iterator[Listener]:
    """Serve until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server, reply)
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
