"""Normalisation of URLs: which of them are the same page of a portal."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

from portals.language.text import nfc


def host_of(url: str) -> str:
    """Return the host of ``url`` (with its port), without ``www.``. Raises ValueError."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def url_key(url: str) -> str:
    """Return path and query of ``url``; the path without case, closing slash and encoding.

    All requests of a portal go to its host, so that the key stays the same if the portal moves to
    https, is read from a copy (``-a origin``) or from an archive.
    """
    parts = urlsplit(url)
    path = nfc(unquote(parts.path)).casefold().rstrip("/") or "/"
    return f"{path}?{parts.query}" if parts.query else path


def rebase_url(url: str, home: str) -> str | None:
    """Return ``url`` with scheme and host of ``home``, or None if it is on another host.

    Archives hold URLs as they were requested: http and https, with and without ``www.``.
    """
    if host_of(url) != host_of(home):
        return None
    own = urlsplit(home)
    return urlunsplit(urlsplit(url)._replace(scheme=own.scheme, netloc=own.netloc))
