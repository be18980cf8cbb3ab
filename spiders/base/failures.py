"""Failed requests as rejects."""

from __future__ import annotations

from collections.abc import Callable

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

from portals.article import Reject, reject
from portals.extraction.time_limit import PageTimeoutError
from portals.extraction.unreadable import UnreadablePageError
from portals.network.decoding import UnreadableBodyError
from portals.network.url_guard import OffsiteRequestError
from portals.outcomes import RejectCode

_FAILURES: tuple[tuple[Callable[[BaseException | None], bool], RejectCode], ...] = (
    (lambda e: isinstance(e, OffsiteRequestError), RejectCode.OFFSITE),
    (lambda e: "max redirections" in str(e), RejectCode.REDIRECT_LOOP),
    (lambda e: isinstance(e, IgnoreRequest), RejectCode.ROBOTS),
    (lambda e: isinstance(e, ValueError), RejectCode.BAD_REDIRECT),
    (lambda e: isinstance(e, DownloadCancelledError), RejectCode.BODY_TOO_LARGE),
    (lambda e: "certificate verify failed" in str(e), RejectCode.BAD_CERTIFICATE),
    (lambda e: isinstance(e, DownloadTimeoutError), RejectCode.TIMED_OUT),
    (
        lambda e: isinstance(e, CannotResolveHostError | DownloadConnectionRefusedError),
        RejectCode.NO_HOST,
    ),
    (lambda _: True, RejectCode.UNREACHABLE),
)
"""Reject codes of failed requests: the first test that is true decides."""


def reject_of(url: str, error: BaseException | None) -> Reject:
    """Return the reject of a request that failed otherwise than by the status of its answer."""
    if isinstance(error, UnreadableBodyError):
        return reject(url, error.code, error=error)
    if isinstance(error, UnreadablePageError):
        return Reject(url, error.code, error.detail)
    if isinstance(error, PageTimeoutError):
        return Reject(url, RejectCode.TOO_SLOW)
    code = next(code for applies, code in _FAILURES if applies(error))
    return Reject(url, code, f"{type(error).__name__}: {error}"[:200])
