"""Alerts and heartbeat: one digest of what changed, and a heartbeat after every crawlall.

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
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portals.crawling.exit_codes import EXIT_CODES, EXPLANATIONS, Verdict
from portals.errors import AlertError
from portals.files import replacing
from portals.operations.nights import Change
from portals.redaction import without_secrets
from portals.store.portal_states import MACHINE
from portals.timestamps import utc

HEARTBEAT_SECONDS = 10
"""Timeout of the heartbeat request."""

_SENDER = "tin-cong-doan"
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Message:
    """An alert: title, text, and Apprise's type of it (``warning`` or ``success``)."""

    title: str
    body: str
    kind: str = "warning"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One URL of ALERT_URLS, by its scheme only, and why it did not take a message, if so."""

    scheme: str
    failure: str | None


def digest(changes: Sequence[Change]) -> Message | None:
    """Return the alert on all changes, the worst first, or None without any."""
    if not changes:
        return None
    bad = [one for one in changes if not one.is_recovery]
    parts = [_news(verdict, list(group)) for verdict, group in groupby(_worst_first(bad), _after)]
    well = sorted((one for one in changes if one.is_recovery), key=lambda one: one.portal)
    if well:
        parts.append("\n".join(["back", *map(_line, well), _BACK]))
    return Message(_title(bad, well), "\n\n".join(parts), "warning" if bad else "success")


def send_message(urls: Sequence[str], message: Message) -> list[Delivery]:
    """Send a message to every Apprise URL; return what became of each.

    Raises AlertError without Apprise.
    """
    try:
        import apprise  # noqa: PLC0415 - slow to load and seldom needed
    except ImportError:
        raise AlertError("Apprise is not installed; install the requirements again") from None
    asset = apprise.AppriseAsset(app_id=_SENDER, async_mode=False)
    found = []
    for url in urls:
        service = apprise.Apprise(asset=asset)
        with _silence():
            found.append(Delivery(_scheme(url), _notify(service, url, message)))
    return found


def failures_of(deliveries: Sequence[Delivery]) -> str | None:
    """Return in one line which URLs did not take a message, or None."""
    failed = [f"{one.scheme} {one.failure}" for one in deliveries if one.failure]
    if not failed:
        return None
    return f"the alert was not sent everywhere: {', '.join(failed)}; check ALERT_URLS"


def heartbeat(target: str, rows: Rows, now: datetime) -> str | None:
    """Notify ``target``, a URL or a file, that crawlall ended; return an error in one line."""
    scheme = _SCHEME.match(target)
    if scheme is None:
        return _write_heartbeat(Path(target), rows, now)
    if scheme[1].lower() in ("http", "https"):
        return _ask_heartbeat(target.strip())
    return f"the heartbeat cannot go to {scheme[1]}://; give an http or https URL, or a file"


# --- the digest ----------------------------------------------------------------------------------

_BACK = "Nothing to do; where the catalogue calls such a portal gone, change its state."


def _title(bad: Sequence[Change], well: Sequence[Change]) -> str:
    if machine := [one for one in (*bad, *well) if one.portal == MACHINE]:
        return f"Tin Công Đoàn: {_of_machine(machine[0])}"
    new = [one for one in bad if not one.is_reminder]
    counts = [
        f"{_portals(new)} changed, worst {_worst_first(new)[0].after}" if new else "",
        f"{_portals(well)} back" if well else "",
        f"{_portals(bad)} still not ok" if bad and not new else "",
    ]
    return f"Tin Công Đoàn: {'; '.join(filter(None, counts))}"


def _of_machine(change: Change) -> str:
    """Return what became of network or clock; their states are ``offline`` and ``storage``."""
    if "storage" in (change.before, change.after):
        return "the clock is right again" if change.is_recovery else "the clock is wrong"
    return "online again" if change.is_recovery else "offline"


def _portals(changes: Sequence[Change]) -> str:
    return "1 portal" if len(changes) == 1 else f"{len(changes)} portals"


def _news(verdict: str, changes: Sequence[Change]) -> str:
    """Return what changed to one verdict, and what to do."""
    _, remedy = EXPLANATIONS[_known(verdict)]
    head = f"{verdict} (exit code {EXIT_CODES[_known(verdict)]})"
    return "\n".join([head, *map(_line, changes), remedy])


def _line(change: Change) -> str:
    """Return one portal: name, host, states before and after, since when, and why."""
    name = "this machine" if change.portal == MACHINE else change.portal
    name += f" ({change.host})" if change.host else ""
    states = f"still {change.after}" if change.is_reminder else f"{change.before} -> {change.after}"
    meaning = "" if change.is_recovery else EXPLANATIONS[_known(change.after)][0]
    reason = without_secrets(" ".join((change.reason or meaning).split()))
    line = f"- {name}: {states} since {change.since:%Y-%m-%d}"
    return f"{line}: {reason}" if reason else line


def _known(verdict: str) -> Verdict:
    return next((known for known in EXIT_CODES if known == verdict), "crashed")


def _after(change: Change) -> str:
    return change.after


def _worst_first(changes: Sequence[Change]) -> list[Change]:
    return sorted(
        changes, key=lambda one: (-EXIT_CODES[_known(one.after)], one.is_reminder, one.portal)
    )


# --- Apprise -------------------------------------------------------------------------------------


def _notify(service: Any, url: str, message: Message) -> str | None:
    """Send to one URL; return what failed."""
    try:
        if not service.add(url):
            return "is not a URL that Apprise supports"
        sent = service.notify(
            body=message.body,
            title=message.title,
            notify_type=message.kind,
            body_format="text",
        )
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
    verdicts = [_known(str(row.get("verdict"))) for row in rows]
    worst = max(verdicts, key=EXIT_CODES.__getitem__, default="ok")
    life = {"at": utc(now), "portals": len(rows), "worst": worst}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write_text(json.dumps(life) + "\n", encoding="utf-8")
    except OSError as error:
        return f"cannot write the heartbeat {path}: {error.strerror}; give a writable file"
    except ValueError:  # an invalid file name
        return "the heartbeat has no valid file name; give an http or https URL, or a file"
    return None
