"""``python -m tests.support.certbot_server``: Certbot, imported once, and forked for each run.

The imports take longer than all else that a run computes. Each run still is a process of its own:
it has its own arguments, environment, folder and output, imports the plugin, and ends as Certbot
ends.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from .short_pauses import shorten_pauses

LIBRARIES = (
    "certbot.main",
    "certbot.plugins.dns_common",
    "certbot._internal.plugins.manual",
    "certbot._internal.plugins.standalone",
    "certbot._internal.plugins.webroot",
    "dns.query",
    "dns.resolver",
)


def serve() -> dict[str, Any]:
    """Return in the process of each run, with what was asked for."""
    control = socket.socket(fileno=0)
    # The processes that watch the runs are waited for by the system.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not message:  # it ends with the tests, however they end
            sys.exit()
        with socket.socket(fileno=sockets[0]) as connection:
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return start_run(connection)


def start_run(connection: socket.socket) -> dict[str, Any]:
    """Return in a child; in this process, report how the child ended."""
    message, [output], _, _ = socket.recv_fds(connection, 1 << 16, 1)
    while part := connection.recv(1 << 16):
        message += part
    child = os.fork()
    if child == 0:
        for stream in (1, 2):
            os.dup2(output, stream)
        os.close(output)
        request: dict[str, Any] = json.loads(message)
        return request
    _, status = os.waitpid(child, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def main() -> NoReturn:
    """Serve until the socket at stdin is closed; in the process of a run, run Certbot."""
    for library in LIBRARIES:
        importlib.import_module(library)
    request = serve()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    shorten_pauses()
    sys.exit(importlib.import_module("certbot.main").main())


if __name__ == "__main__":
    main()
