"""HTTP/1.1 over sockets for the application, with the faults that need sockets."""

from __future__ import annotations

import ipaddress
import itertools
import selectors
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from certbot_dns_mijnhost.emulator.application import Application
from certbot_dns_mijnhost.emulator.http_messages import Answer, ConnectionLost, Request

RESET_INSTEAD_OF_CLOSE = struct.pack("ii", 1, 0)
"""A value of SO_LINGER."""


def require_loopback(address: str) -> str:
    """Return the address if it is a loopback address; the emulator listens on no other.

    :raises ValueError: if it is not
    """
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"cannot listen on {address}: it is not a loopback address")
    return address


class HttpServer(ThreadingHTTPServer):
    """Serves the application, with one thread for each connection, until it is stopped.

    :param port: 0 chooses a free port
    :raises OSError: if the address or the port is not available
    :raises ValueError: if the host is not a loopback address
    """

    daemon_threads = True
    # stop() ends the threads of the connections and joins them.
    block_on_close = False
    # Do not wait for a client that disconnected before it was accepted.
    timeout = 0.1

    def __init__(self, application: Application, host: str = "127.0.0.1", port: int = 0) -> None:
        self.application = application
        self.stopping = threading.Event()
        self.connection_numbers = itertools.count(1)
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__((require_loopback(host), port), _Handler)
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="emulator-http", daemon=True)

    @property
    def url(self) -> str:
        """The server's URL without a path."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Start to serve. The socket is already bound, so clients can connect immediately."""
        self._thread.start()

    def stop(self) -> None:
        """Close all sockets, also of connections in use, and end the waits of faults."""
        self.stopping.set()
        self._wake.close()
        self._thread.join()
        self._woken.close()
        self.server_close()
        for thread, connection in tuple(self._connections.items()):
            _shut(connection)
            thread.join()

    def _serve(self) -> None:
        """Accept connections. Unlike serve_forever(), which polls, this stops immediately."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self.stopping.is_set():
                selector.select()
                if not self.stopping.is_set():
                    self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread of a connection."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._connections[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection until it closes."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.pop(threading.current_thread(), None)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, or reset it if a fault asked for that."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        if linger == RESET_INSTEAD_OF_CLOSE:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect; print any other error, which is a bug."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpServer

    def setup(self) -> None:
        super().setup()
        self.number = next(self.server.connection_numbers)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing: the application keeps the request log."""

    def respond(self) -> None:
        """Pass the request to the application and send its answer."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            # Assumed: the API needs Content-Length if there is a body.
            self.send_error(411)
            return
        request = Request(
            self.command,
            self.path,
            dict(self.headers.items()),
            self.rfile.read(int(length)),
            self.number,
            self.client_address[0],
        )
        try:
            answer = self.server.application.handle(request)
        except ConnectionLost as lost:
            self._lose(lost)
            return
        if answer.delay:
            self.server.stopping.wait(answer.delay)
        self._send(answer)

    def _lose(self, lost: ConnectionLost) -> None:
        self.server.stopping.wait(lost.delay)
        if lost.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_INSTEAD_OF_CLOSE)
        self.close_connection = True

    def _send(self, answer: Answer) -> None:
        """Send head and body in one write, which avoids waiting for an acknowledgement."""
        self.close_connection = self.close_connection or answer.missing > 0
        waiting = self._head(answer)
        for piece in answer.pieces():
            if answer.pause and self.server.stopping.wait(answer.pause):
                self.close_connection = True
                return
            framed = piece if answer.declared else b"%x\r\n%s\r\n" % (len(piece), piece)
            self.wfile.write(waiting + framed)
            waiting = b""
        self.wfile.write(waiting + (b"" if answer.declared else b"0\r\n\r\n"))

    def _head(self, answer: Answer) -> bytes:
        length = ("Content-Length", str(answer.size + answer.missing))
        headers = [
            ("Server", "emulator"),
            ("Date", self.date_time_string(time.time() + self.server.application.clock_ahead)),
            length if answer.declared else ("Transfer-Encoding", "chunked"),
            *answer.headers,
        ]
        phrase = self.responses.get(answer.status, ("", ""))[0]
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{n}: {v}" for n, v in headers), "", ""]
        return "\r\n".join(lines).encode("latin-1")


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler.respond)
