"""Which reject a failed request becomes: the reason says what happened."""

from __future__ import annotations

from collections.abc import Callable

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from portals.article import Reject, reject
from portals.extraction.time_limit import PageTimeoutError
from portals.extraction.unreadable import UnreadablePageError
from portals.network.browser_need import NeedsBrowserError
from portals.network.decoding import UnreadableBodyError
from portals.network.forgotten_urls import ForgottenUrlError
from portals.network.politeness import HeldPageError
from portals.network.proxies import is_of_proxy
from portals.network.robots import RobotsUnavailableError
from portals.network.url_guard import OffsiteRequestError
from portals.outcomes import RejectCode
from portals.redaction import without_secrets


def _is_a(*types: type[BaseException]) -> Callable[[BaseException | None], bool]:
    return lambda error: isinstance(error, types)


def _says(*words: str) -> Callable[[BaseException | None], bool]:
    """Return a test for errors of which libraries have no class of their own, only words."""
    return lambda error: any(word in _words_of(error) for word in words)


def _words_of(error: BaseException | None) -> str:
    """Return what an error and its causes say; Twisted's failures list further ones."""
    words = []
    while error is not None:
        reasons = getattr(error, "reasons", None) or ()
        words += [repr(error), str(error), *map(str, reasons)]
        error = error.__cause__
    return " ".join(words)


_FAILURES: tuple[tuple[Callable[[BaseException | None], bool], RejectCode], ...] = (
    (_is_a(OffsiteRequestError), RejectCode.OFFSITE),
    (_is_a(RobotsUnavailableError), RejectCode.ROBOTS_UNAVAILABLE),
    (_is_a(HeldPageError), RejectCode.HELD),
    (_is_a(ForgottenUrlError), RejectCode.FORGOTTEN),
    (_says("max redirections"), RejectCode.REDIRECT_LOOP),
    (_is_a(IgnoreRequest), RejectCode.ROBOTS),
    (_is_a(ValueError), RejectCode.BAD_REDIRECT),
    (_is_a(DownloadCancelledError), RejectCode.BODY_TOO_LARGE),
    (_is_a(ResponseDataLossError), RejectCode.BODY_CUT_SHORT),
    (_says("certificate verify failed"), RejectCode.BAD_CERTIFICATE),
    (_is_a(DownloadTimeoutError), RejectCode.TIMED_OUT),
    (is_of_proxy, RejectCode.PROXY_FAILED),
    (_is_a(CannotResolveHostError, DownloadConnectionRefusedError), RejectCode.NO_HOST),
    (_says("OpenSSL", "SSL.Error", "SSL routines"), RejectCode.TLS_FAILED),
    (_says("ParseError", "BadHeaders", "builtins.ValueError"), RejectCode.NOT_HTTP),
    (_says("ConnectionAborted"), RejectCode.HEADERS_TOO_LARGE),  # by network/limits.py
    (_says("ConnectionDone", "ConnectionLost"), RejectCode.BROKE_OFF),
    (lambda _: True, RejectCode.UNREACHABLE),
)
"""Reject codes of failed requests: the first test that is true decides."""


def reject_of(url: str, error: BaseException | None) -> Reject:
    """Return the reject of a request that failed otherwise than by the status of its answer."""
    if isinstance(error, UnreadableBodyError):
        return reject(url, error.code, error=error)
    if isinstance(error, UnreadablePageError):
        return Reject(url, error.code, error.detail)
    if isinstance(error, NeedsBrowserError):
        return Reject(url, RejectCode.NEEDS_BROWSER, str(error))
    if isinstance(error, PageTimeoutError):
        return Reject(url, RejectCode.TOO_SLOW)
    code = next(code for applies, code in _FAILURES if applies(error))
    if code is RejectCode.BODY_CUT_SHORT:
        return reject(url, code, error="the body ends before the announced length")
    return Reject(url, code, without_secrets(f"{type(error).__name__}: {error}")[:200])
