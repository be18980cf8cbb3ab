"""What goes wrong beside a crawl: dead ports, portals that never answer, processes that are ended.

Everything is real: sockets on loopback, the command in a process of its own, signals, limits.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def dead_port() -> Iterator[str]:
    """Yield an origin where nobody listens: the port is taken, so that nobody else gets it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def tarpit() -> Iterator[str]:
    """Yield an origin that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


def small_disk(size: int) -> str:
    """Return the code with which no file of a process grows beyond ``size`` bytes."""
    return f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"


def failing(where: str, name: str, condition: str) -> str:
    """Return the code with which the function ``name`` of ``where`` raises under ``condition``.

    ``where`` is a module, or a class of a module after a colon; ``condition`` sees ``given``, the
    arguments.
    """
    module, _, owner = where.partition(":")
    return (
        "import functools, importlib\n"
        f"owner = importlib.import_module({module!r})\n"
        f"owner = getattr(owner, {owner!r}) if {owner!r} else owner\n"
        f"whole = getattr(owner, {name!r})\n"
        "@functools.wraps(whole)\n"
        "def part(*given, **named):\n"
        f"    if {condition}:\n"
        "        raise ZeroDivisionError('thử')\n"
        "    return whole(*given, **named)\n"
        f"setattr(owner, {name!r}, part)\n"
    )


LOCAL = (
    "from portals.network import dns\n"
    "class Names(dns.CrawlNames):\n"
    "    def __init__(self):\n"
    "        super().__init__(local={'localhost'})\n"
    "dns.CrawlNames = Names\n"
)
"""The code after which ``localhost`` may be requested."""


def catalogue(
    folder: Path,
    home: str,
    tls_exception: str = "",
    robots_exception: str = "",
    proxy: str = "",
    tls_level: str = "",
) -> str:
    """Return the code after which the catalogue says that the federation's portal is ``home``."""
    path = folder / "portals.csv"
    path.write_text(
        "name,title,kind,province_then,province_now,home_url,cms,grade,state,since,successor,"
        "evidence,hosts,tls_exception,robots_exception,proxy,tls_level\n"
        f"haiphong,Thử,provincial,,,{home},DANAWEB,A,live,,,,,{tls_exception},{robots_exception},"
        f"{proxy},{tls_level}\n",
        "utf-8",
    )
    return (
        "import pathlib, portals.catalogue\n"
        f"portals.catalogue.CATALOGUE = pathlib.Path({str(path)!r})\n"
    )
