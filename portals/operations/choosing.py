"""Which portals a command is about: by kind, province, system and state of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from portals.catalogue import NIGHTLY, STATES, Portal, kinds_of
from portals.errors import CatalogueError
from portals.families.catalogued import system_words
from portals.language.text import fold
from portals.operations.nights import is_absent
from portals.store.portal_states import PortalState

LOOKED_AT = timedelta(days=7)
"""How often a portal that is gone is looked at."""

_TOLERANCE = timedelta(hours=12)
"""A night begins at another minute than that of a week ago."""


@dataclass(frozen=True, slots=True)
class PortalFilter:
    """Conditions that all must hold; an empty one always does.

    ``provinces``: of 2024 or of today, diacritics and case do not matter.
    """

    kinds: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    def covers(self, row: Portal) -> bool:
        """Return True if every condition holds for ``row``."""
        own = {fold(row.province_then), fold(row.province_now)}
        return (
            (not self.kinds or row.kind in self.kinds)
            and (not self.provinces or bool(own & set(self.provinces)))
            and (not self.systems or bool(system_words(row.cms) & set(self.systems)))
            and (not self.states or row.state in self.states)
        )


def choice_of(
    rows: Collection[Portal],
    kind: str | None = None,
    province: str | None = None,
    cms: str | None = None,
    state: str | None = None,
) -> PortalFilter:
    """Return the choice that comma-separated options describe. Raises CatalogueError.

    A province or system that no row has is an error: it would choose nothing, silently.
    """
    provinces = {one for row in rows for one in (row.province_then, row.province_now) if one}
    systems = {word for row in rows for word in system_words(row.cms)}
    return PortalFilter(
        kinds=tuple(one for name in _split(kind) for one in kinds_of(name)),
        provinces=tuple(_known("province", name, provinces) for name in _split(province)),
        systems=tuple(_known("system", name, systems) for name in _split(cms)),
        states=tuple(_known("state", name, STATES) for name in _split(state)),
    )


@dataclass(frozen=True, slots=True)
class Absence:
    """A portal that is taken for gone: ``since`` which day, and when it was last asked."""

    since: str
    last_look: datetime | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A portal that is taken for gone and not asked yet."""

    portal: str
    since: str
    next_look: datetime

    def __str__(self) -> str:
        since = f" since {self.since}" if self.since else ""
        return f"{self.portal}: skipped, gone{since}, next look {self.next_look:%Y-%m-%d}"


def absences(
    rows: Iterable[Portal],
    states: Mapping[str, PortalState],
    runs: Mapping[str, tuple[str | None, str | None]],
    gone_after: int,
) -> dict[str, Absence]:
    """Return the portals that are taken for gone, by name.

    ``runs``: verdict and time of the last run of each portal, for portals without a state: their
    last night was one of an earlier release.
    """
    found = {}
    for row in rows:
        state = states.get(row.name)
        verdict, at = runs.get(row.name, (None, None))
        was_lost = state is None and row.state == "merged" and verdict == "gone"
        if not (was_lost or is_absent(row, state, gone_after)):
            continue
        last = datetime.fromisoformat(at) if at and verdict != "offline" else None
        since = row.since if row.state == "gone" or state is None else f"{state.since:%Y-%m-%d}"
        found[row.name] = Absence(since, state.seen_at if state else last)
    return found


def tonight(
    rows: Iterable[Portal], absent: Mapping[str, Absence], now: datetime
) -> tuple[list[Portal], list[Skipped]]:
    """Return the rows that a night crawls, and the portals that it skips.

    A portal that is taken for gone is asked once a week; of a moved one, its successor is crawled.
    """
    found, skipped = [], []
    for row in rows:
        absence = absent.get(row.name)
        if absence is None or absence.last_look is None:
            if row.state in (*NIGHTLY, "gone"):
                found.append(row)
        elif absence.last_look + LOOKED_AT <= now + _TOLERANCE:
            found.append(row)
        else:
            skipped.append(Skipped(row.name, absence.since, absence.last_look + LOOKED_AT))
    return found, skipped


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _known(what: str, name: str, known: Iterable[str]) -> str:
    """Return the folded name. Raises CatalogueError where no row has it."""
    folded = {fold(one): one for one in known}
    if fold(name) in folded:
        return fold(name)
    near = get_close_matches(fold(name), folded, n=1, cutoff=0.6)
    hint = f"did you mean {folded[near[0]]!r}?" if near else f"give {', '.join(sorted(known))}"
    raise CatalogueError(f"no portal of the catalogue has the {what} {name!r}; {hint}")
