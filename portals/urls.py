"""Normalisation of URLs: which of them are the same page of a portal."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from portals.language.text import nfc


def host_of(url: str) -> str:
    """Return the host of ``url`` (with its port), without ``www.``. Raises ValueError."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def url_key(url: str) -> str:
    """Return path and query of ``url``; the path without case, closing slash and encoding.

    The number that ASP.NET gives a visit without cookies ("/(S(4f2k…))/tin.aspx") is left out.
    All requests of a portal go to its host, so that the key stays the same if the portal moves to
    https, is read from a copy (``-a origin``) or from an archive.
    """
    parts = urlsplit(url)
    path = nfc(unquote(without_visit(parts.path))).casefold().rstrip("/") or "/"
    return f"{path}?{parts.query}" if parts.query else path


_VISIT = re.compile(r"/\((?:[A-Za-z]\([\w-]{8,200}\))+\)(?=/|$)")


def without_visit(path: str) -> str:
    """Return a path without the folder by which ASP.NET knows a visitor who takes no cookies.

    The address itself keeps it: the server redirects every request that lacks it.
    """
    return _VISIT.sub("", path) if "(" in path else path


_OF_NUMBER = "article "


def article_key(number: str) -> str:
    """Return the page key of an article by the portal's own number of it, whatever its URL is."""
    return f"{_OF_NUMBER}{number}"


def number_of(key: str) -> str | None:
    """Return the number in a key that ``article_key`` made; None for other page keys."""
    return key.removeprefix(_OF_NUMBER) if key.startswith(_OF_NUMBER) else None


def rebase_url(url: str, home: str) -> str | None:
    """Return ``url`` with scheme and host of ``home``, or None if it is on another host.

    Archives hold URLs as they were requested: http and https, with and without ``www.``.
    """
    if host_of(url) != host_of(home):
        return None
    own = urlsplit(home)
    return urlunsplit(urlsplit(url)._replace(scheme=own.scheme, netloc=own.netloc))


_TRACKING = re.compile(
    r"(?:^|(?<=&))(?:fbclid|gclid|gbraid|wbraid|msclkid|igsh(?:id)?|zarsrc|utm_\w+|mc_[ce]id|_gl|_ga)"
    r"=[^&]*(?:&|$)"
)
"""Parameters that other sites add to the links to a portal."""

_SCHEME = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r":(?:80|443)$")
_ESCAPED = re.compile("%[0-9A-F]{2}")
_IN_PATHS, _IN_QUERIES = "/:@!$&'()*+,;=~", "/:@!$&'()*+,;=~?"


def pasted_forms(given: str) -> list[str]:
    """Return the URLs that a pasted address may be stored as, itself first.

    It may lack the scheme, have ``www.`` or not, a closing slash or not, a default port, a
    fragment, tracking parameters, ``&amp;``, be percent-encoded or not, and have its marks apart
    from its letters (NFD).
    """
    text = nfc(given.strip().strip("<>\"'")).replace("&amp;", "&").partition("#")[0]
    host, _, path = _SCHEME.sub("", text).partition("/")
    host = _DEFAULT_PORT.sub("", host.lower()).rstrip(".").removeprefix("www.")
    path, _, query = path.partition("?")
    query = _TRACKING.sub("", query).rstrip("&")
    path = path.rstrip("/")
    paths = [form + end for form in _encodings(path, _IN_PATHS) for end in ("", "/")]
    tails = [f"?{form}" for form in _encodings(query, _IN_QUERIES)] if query else [""]
    forms = [
        f"{protocol}://{www}{host}/{one}{tail}"
        for protocol, www, one, tail in product(("http", "https"), ("", "www."), paths, tails)
    ]
    return list(dict.fromkeys([given, *forms]))


def _encodings(text: str, safe: str) -> list[str]:
    """Return the ways to write a part of a URL: as it is, decoded, and percent-encoded."""
    encoded = quote(unquote(text), safe=safe)
    lower = _ESCAPED.sub(lambda found: found[0].lower(), encoded)
    return list(dict.fromkeys([text, nfc(unquote(text)), encoded, lower]))
