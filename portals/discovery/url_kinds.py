"""What the URLs that a portal announces lead to, by their patterns: no request is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import urlsplit

from portals.discovery.url_patterns import article_pattern
from portals.families.family import Family

UrlKind = Literal["article", "unknown", "other"]
"""What a URL probably leads to."""


def kinds_by_pattern(family: Family | None, known: Sequence[str]) -> Callable[[str], UrlKind]:
    """Return what URLs lead to: by the pattern of the CMS, else by those of ``known`` articles."""
    patterns = {article_pattern(url) for url in known}

    def kind_of(url: str) -> UrlKind:
        path = urlsplit(url).path
        if family and family.skipped_paths and re.search(family.skipped_paths, path):
            return "other"
        if family and family.article_path:
            return "article" if re.search(family.article_path, path) else "other"
        return "article" if article_pattern(url) in patterns else "unknown"

    return kind_of
