"""Lines that recur from story to story of a portal: what its theme prints around every text.

Share lines, polls, subscription boxes, mottos and the filler of a theme's maker cannot be
recognised on one page. Among the newest stories of a portal they can: no two stories share a
paragraph, and hardly a short line. A text that several announcements share (a covering letter) is
most of each of them, and stays, as do the formulae of decisions and official letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from portals.language.filler import is_foreign_line, is_formula
from portals.language.text import canonical, is_vietnamese, words

SAMPLE = 40
"""Stories that are compared, the newest ones: a portal changes its theme every few years."""

FEWEST = 3
"""Stories from which recurring lines are learned."""

_FEW = 10  # stories: of fewer, a line must be in all
_SHARE = 0.4  # of the stories, more of which have a line of the theme
_SHORT_SHARE = 0.9  # of a short line that is not beside a longer one
_LONG = 8  # words of a line that two stories do not share by chance
_FEWEST_FOREIGN = 2
_LEAST = 10  # words of a story that remain
_EMPTIED = 0.1  # share of the stories with the lines of which less may remain


@dataclass(frozen=True, slots=True)
class StoryText:
    """The texts of a story in which such lines are looked for."""

    lead: str | None
    paragraphs: tuple[str, ...]

    @classmethod
    def of(cls, lead: str | None, body: str) -> StoryText:
        """Return the texts of an article; ``body``: paragraphs separated by blank lines."""
        return cls(lead, tuple(body.split("\n\n")))

    @property
    def body(self) -> str:
        """The paragraphs, separated by blank lines."""
        return "\n\n".join(self.paragraphs)


def recurring_lines(stories: Sequence[StoryText]) -> dict[str, str]:
    """Return the lines that recur in ``stories``: canonical form and text as first seen.

    ``stories``: of one portal, with different headlines.
    """
    keys = [[canonical(line) for line in _lines(story)] for story in stories]
    counts = Counter(key for found in keys for key in set(found) if key)
    shown = {canonical(line): line for story in reversed(stories) for line in _lines(story)}
    counts = Counter({k: count for k, count in counts.items() if not is_formula(shown[k])})
    foreign = _foreign(counts, shown, stories)
    frequent = foreign | _frequent(counts, len(stories))
    lonely = {
        key
        for key in frequent - foreign
        if len(words(shown[key])) < _LONG
        and counts[key] < _SHORT_SHARE * len(stories)
        and not _is_beside_longer(key, keys, frequent)
    }
    found = {key: line for key, line in shown.items() if key in frequent - lonely}
    return {} if _are_the_text(found, stories) else found


def _frequent(counts: Mapping[str, int], total: int) -> set[str]:
    if total < FEWEST:
        return set()
    if total < _FEW:
        return {key for key, count in counts.items() if count == total}
    return {key for key, count in counts.items() if count > _SHARE * total}


def _foreign(
    counts: Mapping[str, int], shown: Mapping[str, str], stories: Sequence[StoryText]
) -> set[str]:
    """Return the lines in another language that two stories in Vietnamese share."""
    needed = max(_FEWEST_FOREIGN, _SHARE * len(stories))
    found = {k for k, count in counts.items() if count >= needed and is_foreign_line(shown[k])}
    if not found or not all(is_vietnamese(story.body) for story in stories):
        return set()
    return found


def without_recurring(story: StoryText, lines: Container[str]) -> StoryText:
    """Return a story without such lines; the story itself if hardly anything would remain."""
    kept = tuple(line for line in story.paragraphs if canonical(line) not in lines)
    if sum(len(words(line)) for line in kept) < _LEAST:
        return story
    lead = None if story.lead and canonical(story.lead) in lines else story.lead
    return StoryText(lead, kept)


def _lines(story: StoryText) -> Iterator[str]:
    if story.lead:
        yield story.lead
    yield from story.paragraphs


def _is_beside_longer(key: str, stories: Sequence[Sequence[str]], others: Container[str]) -> bool:
    """Return True if a line is beside another one that recurs, in every story that has it."""
    neighbours = [set(pair) - {key} for story in stories for pair in pairwise(story) if key in pair]
    beside = sum(any(each in others for each in pair) for pair in neighbours)
    return beside >= sum(key in story for story in stories)


def _are_the_text(lines: Mapping[str, str], stories: Sequence[StoryText]) -> bool:
    """Return True if the lines are the text of the stories that have them, or most of it."""
    having = [story for story in stories if any(canonical(line) in lines for line in _lines(story))]
    emptied = 0
    for story in having:
        sizes = [(canonical(line) in lines, len(words(line))) for line in story.paragraphs]
        rest = sum(size for is_recurring, size in sizes if not is_recurring)
        recurring = sum(size for is_recurring, size in sizes if is_recurring)
        is_few = len(stories) < _FEW
        emptied += rest < _LEAST or (is_few and recurring > rest)
    return emptied > _EMPTIED * len(having)
