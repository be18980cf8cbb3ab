"""What makes two addresses of one portal the same page."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

from portals.language.text import nfc


def host_of(url: str) -> str:
    """Return the host of ``url`` (with its port), without ``www.``. Raises ValueError."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def url_key(url: str) -> str:
    """Return ``url`` without scheme and host; case, slash and encoding of the path do not count.

    A portal's requests stay on its own host, so that the key survives a move to https, to a copy
    (``-a origin``) and to an archive.
    """
    parts = urlsplit(url)
    path = nfc(unquote(parts.path)).casefold().rstrip("/") or "/"
    return f"{path}?{parts.query}" if parts.query else path


def rebase_url(url: str, home: str) -> str | None:
    """Return ``url`` with scheme and host as ``home`` writes them, None where its host is another.

    Archives keep what was asked for: http and https, with ``www.`` and without.
    """
    if host_of(url) != host_of(home):
        return None
    own = urlsplit(home)
    return urlunsplit(urlsplit(url)._replace(scheme=own.scheme, netloc=own.netloc))
