"""A network between a node and PostgreSQL that can be parted: a relay on loopback."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

_PIECE = 1 << 16


class Network:
    """Relays connections to a server's socket file. ``url``: of the server by this way.

    While it is parted nothing gets through, in either direction, and no connection ends.
    """

    def __init__(self, server: Path) -> None:
        self._server = server / ".s.PGSQL.5432"
        self._is_whole = threading.Event()
        self._is_whole.set()
        self._is_open = True
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"postgresql://crawler:s3cret@127.0.0.1:{port}/postgres"
        self._start(self._accept)

    @property
    def is_whole(self) -> bool:
        """Return True unless it is parted."""
        return self._is_whole.is_set()

    def part(self) -> None:
        """Let nothing through."""
        self._is_whole.clear()

    def join(self) -> None:
        """Let everything through again, what was held back first."""
        self._is_whole.set()

    def cut(self) -> None:
        """End all connections; new ones are relayed."""
        taken, self._sockets = self._sockets, []
        for one in taken:
            _end(one)

    def close(self) -> None:
        """End everything."""
        self._is_open = False
        self._is_whole.set()
        _end(self._listener)
        self.cut()
        for thread in self._threads:
            thread.join()

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while self._is_open:
            with suppress(OSError):
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = socket.socket(socket.AF_UNIX)
                self._sockets += [client, server]
                server.connect(str(self._server))
                self._start(self._relay, client, server)
                self._start(self._relay, server, client)

    def _relay(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                self._is_whole.wait()
                target.sendall(piece)
        _end(source)
        _end(target)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
