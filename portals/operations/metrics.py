"""The metrics of a night, in Prometheus' text format, for the textfile collector of node_exporter.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from portals.crawling.exit_codes import EXIT_CODES
from portals.files import replacing

_PREFIX = "tin_cong_doan"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class PortalMetrics:
    """One portal: its last verdict, when it was last ``ok``, and the counts of tonight's run.

    Counts are None where the portal was not crawled tonight.
    """

    portal: str
    verdict: str
    last_success: datetime | None
    new: int | None = None
    changed: int | None = None
    requests: int | None = None


def exposition(
    portals: Sequence[PortalMetrics],
    states: Mapping[str, int],
    start: datetime,
    duration: timedelta,
) -> str:
    """Return the text of the file. ``states``: number of portals by state of the night."""
    verdicts: list[Sample] = [
        ({"portal": one.portal, "verdict": one.verdict, "code": _code(one.verdict)}, 1)
        for one in portals
    ]
    successes = {
        one.portal: one.last_success.timestamp() for one in portals if one.last_success is not None
    }
    families = (
        ("portal_verdict", "Last verdict of each portal, and its exit code.", verdicts),
        (
            "portal_last_success_timestamp_seconds",
            "End of the last run that was ok.",
            _by_portal(successes),
        ),
        (
            "portal_articles_new",
            "Articles added by the last night.",
            _by_portal({one.portal: one.new for one in portals}),
        ),
        (
            "portal_articles_changed",
            "Known articles with a new text in the last night.",
            _by_portal({one.portal: one.changed for one in portals}),
        ),
        (
            "portal_requests",
            "Requests sent by the last night.",
            _by_portal({one.portal: one.requests for one in portals}),
        ),
        ("night_start_timestamp_seconds", "Start of the last night.", _alone(start.timestamp())),
        ("night_duration_seconds", "Time it took.", _alone(duration.total_seconds())),
        (
            "night_portals",
            "Portals of the last night by state.",
            [({"state": state}, count) for state, count in states.items()],
        ),
    )
    return "".join(line for family in families for line in _lines(*family))


def write_metrics(path: Path, text: str) -> str | None:
    """Replace the file atomically, so that no scrape reads half of it; return an error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write_text(text, encoding="utf-8")
            draft.chmod(0o644)  # another user collects it
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return f"the metrics are not written: {path}: {why}; give METRICS_FILE a writable file"
    return None


def _by_portal(values: Mapping[str, float | None]) -> list[Sample]:
    return [({"portal": name}, value) for name, value in values.items() if value is not None]


def _alone(value: float) -> list[Sample]:
    return [({}, value)]


def _lines(name: str, meaning: str, samples: Sequence[Sample]) -> Iterator[str]:
    yield f"# HELP {_PREFIX}_{name} {meaning}\n"
    yield f"# TYPE {_PREFIX}_{name} gauge\n"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{_PREFIX}_{name}{f'{{{pairs}}}' if pairs else ''} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _code(verdict: str) -> str:
    return next((str(code) for known, code in EXIT_CODES.items() if known == verdict), "")
