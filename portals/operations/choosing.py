"""Which portals a command is about: by kind, province, system and state of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

from portals.catalogue import NIGHTLY, STATES, Portal, kinds_of
from portals.errors import CatalogueError
from portals.families.catalogued import system_words
from portals.language.text import fold

LOOKED_AT = timedelta(days=7)
"""How often a portal that is gone is looked at."""


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


def tonight(
    rows: Iterable[Portal], verdicts: Mapping[str, str | None], unvisited: Collection[str]
) -> list[Portal]:
    """Return the rows that a night crawls.

    A portal that is gone is looked at once a week, also one that was merged and no longer answers.
    ``verdicts``: of the last runs; ``unvisited``: names without a run within ``LOOKED_AT``.
    """
    found = []
    for row in rows:
        is_gone = row.state == "gone" or (
            row.state == "merged" and verdicts.get(row.name) == "gone"
        )
        if row.name in unvisited if is_gone else row.state in NIGHTLY:
            found.append(row)
    return found


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
