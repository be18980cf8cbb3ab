"""Alerts and heartbeat: one digest if portals are not ok, and a heartbeat after every crawlall.

URLs of alerts and heartbeats are secrets (they hold tokens and passwords), so that nothing here
prints or logs one: errors name the scheme only.
"""

from __future__ import annotations

import http.client
import json
import logging
import re
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portals.crawling.exit_codes import EXIT_CODES, EXPLANATIONS, Verdict
from portals.files import replacing
from portals.redaction import without_secrets
from portals.timestamps import utc

HEARTBEAT_SECONDS = 10
"""Timeout of the heartbeat request."""

_SENDER = "tin-cong-doan"
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

Rows = Sequence[Mapping[str, Any]]


def digest(rows: Rows) -> tuple[str, str] | None:
    """Return title and text of the alert on all portals that are not ok, or None without any."""
    bad = sorted((row for row in rows if _verdict(row) != "ok"), key=_worst_first)
    if not bad:
        return None
    title = f"Tin Công Đoàn: {len(bad)} of {len(rows)} portals not ok, worst {_verdict(bad[0])}"
    parts = []
    for verdict, portals in groupby(bad, key=_verdict):
        meaning, remedy = EXPLANATIONS[verdict]
        lines = [f"- {row['portal']}: {_reason(row, meaning)}" for row in portals]
        parts.append("\n".join([f"{verdict} (exit code {EXIT_CODES[verdict]})", *lines, remedy]))
    return title, "\n\n".join(parts)


def send(urls: Sequence[str], rows: Rows) -> str | None:
    """Send the digest, if there is one, to every Apprise URL; return an error in one line."""
    message = digest(rows)
    if message is None or not urls:
        return None
    try:
        import apprise  # noqa: PLC0415 - slow to load and seldom needed
    except ImportError:
        return "the alert was not sent: Apprise is not installed; install the requirements again"
    asset = apprise.AppriseAsset(app_id=_SENDER, async_mode=False)
    failures = []
    for url in urls:
        service = apprise.Apprise(asset=asset)
        with _silence():
            failure = _notify(service, url, *message)
        if failure:
            failures.append(f"{_scheme(url)} {failure}")
    if not failures:
        return None
    return f"the alert was not sent everywhere: {', '.join(failures)}; check ALERT_URLS"


def heartbeat(target: str, rows: Rows, now: datetime) -> str | None:
    """Notify ``target``, a URL or a file, that crawlall ended; return an error in one line."""
    scheme = _SCHEME.match(target)
    if scheme is None:
        return _write_heartbeat(Path(target), rows, now)
    if scheme[1].lower() in ("http", "https"):
        return _ask_heartbeat(target.strip())
    return f"the heartbeat cannot go to {scheme[1]}://; give an http or https URL, or a file"


# --- the digest ----------------------------------------------------------------------------------


def _verdict(row: Mapping[str, Any]) -> Verdict:
    """Return the verdict; "crashed" for a run without one or with an unknown one."""
    return next((verdict for verdict in EXIT_CODES if verdict == row.get("verdict")), "crashed")


def _worst_first(row: Mapping[str, Any]) -> tuple[int, str]:
    return -EXIT_CODES[_verdict(row)], str(row["portal"])


def _reason(row: Mapping[str, Any], meaning: str) -> str:
    return without_secrets(" ".join(str(row.get("reason") or meaning).split()))


# --- Apprise -------------------------------------------------------------------------------------


def _notify(service: Any, url: str, title: str, body: str) -> str | None:
    """Send to one URL; return what failed."""
    try:
        if not service.add(url):
            return "is not a URL that Apprise supports"
        sent = service.notify(body=body, title=title, notify_type="warning", body_format="text")
    except Exception:  # noqa: BLE001 - services may raise anything, with the URL in the message
        return "failed"
    return None if sent else "did not accept it"


@contextmanager
def _silence() -> Iterator[None]:
    """Disable logs and warnings of libraries: some of their messages contain the URL."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    return f"{found[1]}://" if found else "a URL without a scheme"


# --- the heartbeat -------------------------------------------------------------------------------


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects on the same host and port only: the secret must not go elsewhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request, or None if it leaves the host or drops encryption."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.netloc.lower() != old.netloc.lower() or new.scheme not in (old.scheme, "https"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _ask_heartbeat(url: str) -> str | None:
    """Request the URL. Messages of exceptions are not used: some quote it."""
    scheme = _scheme(url)
    try:
        request = urllib.request.Request(url, headers={"User-Agent": _SENDER})  # noqa: S310 - http
        opener = urllib.request.build_opener(_SameHost)
        with opener.open(request, timeout=HEARTBEAT_SECONDS):
            return None
    except urllib.error.HTTPError as error:
        error.close()
        where = " (to another host)" if 300 <= error.code < 400 else ""
        return f"the heartbeat failed: {scheme} answered {error.code}{where}; check HEARTBEAT_URL"
    except OSError:
        return f"the heartbeat failed: {scheme} cannot be reached; check HEARTBEAT_URL and network"
    except (http.client.HTTPException, ValueError):
        return f"the heartbeat failed: {scheme} is not followed by a valid URL; fix HEARTBEAT_URL"


def _write_heartbeat(path: Path, rows: Rows, now: datetime) -> str | None:
    """Replace the file atomically, so that nobody reads half of it."""
    worst = min(rows, key=_worst_first, default={"verdict": "ok"})
    life = {"at": utc(now), "portals": len(rows), "worst": _verdict(worst)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write_text(json.dumps(life) + "\n", encoding="utf-8")
    except OSError as error:
        return f"cannot write the heartbeat {path}: {error.strerror}; give a writable file"
    except ValueError:  # an invalid file name
        return "the heartbeat has no valid file name; give an http or https URL, or a file"
    return None
