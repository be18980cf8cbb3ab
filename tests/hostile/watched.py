"""What a process did to the world: the interpreter itself tells (audit hooks)."""

from __future__ import annotations

from pathlib import Path

_HOOK = """
import sys
_told = open({path!r}, "a", buffering=1)
def _tell(event, given):
    if event == "socket.connect":
        print("connect", given[1], file=_told)
    elif event in ("socket.bind", "socket.listen"):
        print("listen", given[1:], file=_told)
    elif event == "open" and str(given[0]).startswith("/etc/passwd"):
        print("open", given[0], file=_told)
sys.addaudithook(_tell)
"""


def watching(path: Path) -> str:
    """Return the code after which a process writes its connections and open ports to ``path``."""
    return _HOOK.format(path=str(path))


def resolving(names: dict[str, str]) -> str:
    """Return the code after which the system's resolver finds ``names`` at these addresses."""
    return (
        "import socket\n"
        f"_names, _found = {names!r}, socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda name, *more: _found(_names.get(name, name), *more)\n"
    )


def told(path: Path, what: str) -> list[str]:
    """Return what was told of ``what`` (connect, listen, open)."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [line.removeprefix(what).strip() for line in lines if line.startswith(what)]
