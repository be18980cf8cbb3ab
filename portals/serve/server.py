"""The web server of the site: one process, which ends cleanly when it is asked to."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvicorn

from portals.errors import PortalError
from portals.serve.application import application
from portals.serve.guard import HostNames

_IDLE_SECONDS = 10  # a connection without a request is closed after
_GRACE_SECONDS = 5  # for answers under way when the server ends


def serve(
    path: Path,
    address: tuple[str, int],
    names: HostNames,
    language: str,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the database at ``path`` until SIGINT or SIGTERM.

    ``address``: host, and port or 0 for any. ``on_ready``: called with the URL when readers may
    come. Raises PortalError where the address cannot be used, and StorageError.
    """
    app = application(path, names, language)
    with closing(_listening(*address)) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        server = uvicorn.Server(config)
        listener.listen(config.backlog)
        # Uvicorn repeats the signal that ended it, for the handlers from before.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        on_ready(f"http://{_shown(address[0])}:{port}/")
        server.run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address. Raises PortalError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise PortalError(f"there is no address {host!r}: {error}; give --host 127.0.0.1") from None
    family, kind, protocol, _, target = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use; give another one with --port, or --port 0 for any"
        else:
            reason = f"cannot listen on {host}, port {port}: {error.strerror}; give another address"
        raise PortalError(reason) from None
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
