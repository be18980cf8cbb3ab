"""Removal of secrets from texts: passwords and tokens in the URLs that an operator gives."""

from __future__ import annotations

import re

_SHOWN = "…"

_SECRETS = (
    # User name and password of a URL. Behind a colon, which no port follows, the password may hold
    # any sign, as people write it: "http://name:a/b@host".
    (re.compile(r"//[^\s/?#@'\"<>]*@"), f"//{_SHOWN}@"),
    (re.compile(r"//[^\s/?#@:'\"<>]+:(?!\d{1,5}[/?#])[^\s'\"<>]*@"), f"//{_SHOWN}@"),
    # The same without a scheme, as the environment may have it for a proxy.
    (re.compile(r"(?<![^\s'\"=:(<])[^\s/?#@:'\"=(<>]+:[^\s/@'\"<>]+@(?=[\w\[])"), f"{_SHOWN}@"),
    (
        re.compile(
            r"([?&](?:token|access_token|api_?key|passw(?:or)?d|pwd|secret)=)[^&#\s'\"<>]+",
            re.IGNORECASE,
        ),
        rf"\g<1>{_SHOWN}",
    ),
)


def without_secrets(text: str) -> str:
    """Return ``text`` with ``…`` in the place of the credentials of every URL in it."""
    if "@" not in text and "=" not in text:
        return text
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


def has_credentials(url: str) -> bool:
    """Return True if ``url`` contains a user name, a password or a token."""
    return without_secrets(url) != url
