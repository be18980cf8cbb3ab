"""What a crawl with a browser needs on this machine."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

from scrapy.exceptions import IgnoreRequest
from scrapy.settings import BaseSettings


class NeedsBrowserError(IgnoreRequest):
    """A page of a portal that needs a browser, where there is none; the message says what to do."""


def missing_part(settings: BaseSettings) -> str | None:
    """Return what a crawl with a browser lacks on this machine, and the remedy, or None."""
    if find_spec("scrapy_playwright") is None:
        return "the extra 'browser' is not installed: pip install '.[browser]' in the clone"
    if not executable(settings):
        return "there is no Chromium: install it, or set BROWSER_PATH"
    return None


def executable(settings: BaseSettings) -> str | None:
    """Return the path of Chromium, which ``BROWSER_PATH`` names, or None where it is not found."""
    return shutil.which(str(settings.get("BROWSER_PATH")))
