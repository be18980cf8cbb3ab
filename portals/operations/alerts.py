"""Telling somebody: one digest where portals are not ok, and a sign of life after every night.

Addresses of alerts and heartbeats are secrets in themselves (tokens, passwords), so nothing here
prints or logs one: errors name the scheme and no more.
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
from portals.timestamps import utc

HEARTBEAT_SECONDS = 10
"""How long a heartbeat waits for an answer."""

_SENDER = "tin-cong-doan"
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

Rows = Sequence[Mapping[str, Any]]


def digest(rows: Rows) -> tuple[str, str] | None:
    """Return title and text of one message on every portal that is not ok, worst first."""
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
    """Send the digest, if there is one, to every Apprise address; return an error in one line."""
    message = digest(rows)
    if message is None or not urls:
        return None
    try:
        import apprise  # noqa: PLC0415 - slow to load, and most nights have nothing to tell
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
    return f"the alert was not sent everywhere: {', '.join(failures)}; mend the addresses of alerts"


def heartbeat(target: str, rows: Rows, now: datetime) -> str | None:
    """Tell ``target``, a web address or a file, that a night ended; return an error in one line."""
    scheme = _SCHEME.match(target)
    if scheme is None:
        return _write_heartbeat(Path(target), rows, now)
    if scheme[1].lower() in ("http", "https"):
        return _ask_heartbeat(target.strip())
    return f"the heartbeat cannot go to {scheme[1]}://; give an http or https address, or a file"


# --- the digest ----------------------------------------------------------------------------------


def _verdict(row: Mapping[str, Any]) -> Verdict:
    """Return the verdict; a run that gave none, or an unknown one, crashed."""
    return next((verdict for verdict in EXIT_CODES if verdict == row.get("verdict")), "crashed")


def _worst_first(row: Mapping[str, Any]) -> tuple[int, str]:
    return -EXIT_CODES[_verdict(row)], str(row["portal"])


def _reason(row: Mapping[str, Any], meaning: str) -> str:
    return " ".join(str(row.get("reason") or meaning).split())


# --- Apprise -------------------------------------------------------------------------------------


def _notify(service: Any, url: str, title: str, body: str) -> str | None:
    """Send through one address; return what failed."""
    try:
        if not service.add(url):
            return "is no address that Apprise can use"
        sent = service.notify(body=body, title=title, notify_type="warning", body_format="text")
    except Exception:  # noqa: BLE001 - any of its services may raise anything, and name the address
        return "failed"
    return None if sent else "did not take it"


@contextmanager
def _silence() -> Iterator[None]:
    """Keep every library below from logging and warning: some of their lines hold the address."""
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
    return f"{found[1]}://" if found else "an address without a scheme"


# --- the heartbeat -------------------------------------------------------------------------------


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects on the same host and port: the secret must not be carried elsewhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request, or None where it would leave the host or its encryption."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.netloc.lower() != old.netloc.lower() or new.scheme not in (old.scheme, "https"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _ask_heartbeat(url: str) -> str | None:
    """Ask for the address. Texts of exceptions are not used: some quote it."""
    scheme = _scheme(url)
    try:
        request = urllib.request.Request(url, headers={"User-Agent": _SENDER})  # noqa: S310 - http
        opener = urllib.request.build_opener(_SameHost)
        with opener.open(request, timeout=HEARTBEAT_SECONDS):
            return None
    except urllib.error.HTTPError as error:
        error.close()
        where = " (to another host)" if 300 <= error.code < 400 else ""
        return f"the heartbeat was not taken: {scheme} answered {error.code}{where}; check it"
    except OSError:
        return f"the heartbeat was not taken: {scheme} cannot be reached; check address and network"
    except (http.client.HTTPException, ValueError):
        return f"the heartbeat was not taken: {scheme} is followed by no usable address; mend it"


def _write_heartbeat(path: Path, rows: Rows, now: datetime) -> str | None:
    """Put a whole new file in the place of the old one, so that no reader meets half of it."""
    worst = min(rows, key=_worst_first, default={"verdict": "ok"})
    life = {"at": utc(now), "portals": len(rows), "worst": _verdict(worst)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write_text(json.dumps(life) + "\n", encoding="utf-8")
    except OSError as error:
        return f"cannot write the heartbeat {path}: {error.strerror}; give a writable file"
    except ValueError:  # a name that no file can have
        return "the heartbeat has no usable file name; give an http or https address, or a file"
    return None
