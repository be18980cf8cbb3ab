"""Learning a portal's selectors during a crawl: trained and checked by the slower layout."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from portals.article import Article, Reject, field_names
from portals.extraction.induction import Example, induce
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.themes import Theme

TRAINING_SIZE = 10
"""Articles from which selectors are induced."""

CHECK_EVERY = 20
"""One of this many articles read by learned selectors is checked against the layout."""

_MAX_TRAININGS = 3  # a portal without selectors by then has title and text in one element
_MAX_MISSES = 3  # pages in a row without a match of the learned selectors: a new template
_COMPARED = field_names("compared")


class SelectorLearner:
    """Reads the pages of one portal by its layout, until it has learned faster selectors.

    Selectors are learned only if they give every field as the layout does: rows must not depend on
    which pages were read before. A portal without a layout is read by the evidence of each page.

    ``trained_on``: URLs of the training pages; ``disagreements``: times that selectors were
    discarded.
    """

    def __init__(self, recipe: Recipe, theme: Theme | None = None) -> None:
        self.recipe = recipe
        self.theme = theme
        self.trained_on: list[str] = []
        self.disagreements = 0
        self._examples: list[Example] = []
        self._trainings = 0
        self._since_check = CHECK_EVERY - 1  # what an earlier run learned is checked at once
        self._misses = 0

    def read(self, page: Page) -> Article | Reject:
        """Return the result of the learned selectors, or of the layout where they fail."""
        if self.recipe.layout is None:
            return read_safely(page, self.recipe)
        if self.theme is None:
            result = read_safely(page, self.recipe)
            if isinstance(result, Article) and result.published_at:
                self._learn(Example(page, result))
            return result
        fast = replace(self.recipe, themes=(self.theme,))
        result = read_safely(page, fast)
        if isinstance(result, Reject) or not result.published_at:
            return self._check(page, result)
        if not result.provenance["body"].startswith("selectors"):
            self._miss(Example(page, result))
            return result
        self._misses = 0
        return self._check(page, result) if self._is_check_due() else result

    def _learn(self, example: Example) -> None:
        if self._trainings >= _MAX_TRAININGS:
            return
        self._examples.append(example)
        if len(self._examples) < TRAINING_SIZE:
            return
        self._trainings += 1
        theme = induce(self._examples, self.recipe.layout)
        self.theme = theme if theme and self._is_exact(theme) else None
        self._since_check = 0
        self.trained_on = [example.page.url for example in self._examples] if self.theme else []
        self._examples = []

    def _is_exact(self, theme: Theme) -> bool:
        fast = replace(self.recipe, themes=(theme,))
        return all(
            _agree(read_safely(example.page, fast), example.article) for example in self._examples
        )

    def _is_check_due(self) -> bool:
        self._since_check += 1
        if self._since_check < CHECK_EVERY:
            return False
        self._since_check = 0
        return True

    def _check(self, page: Page, fast: Article | Reject) -> Article | Reject:
        """Re-read with the layout; on disagreement discard the learned selectors and retrain."""
        slow = read_safely(page, self.recipe)
        if isinstance(slow, Reject):
            return slow
        if not _agree(fast, slow):
            self._discard(Example(page, slow))
        return slow

    def _miss(self, example: Example) -> None:
        self._misses += 1
        if self._misses >= _MAX_MISSES:
            self._discard(example)

    def _discard(self, example: Example) -> None:
        """Discard the learned selectors and start a new training with ``example``."""
        self.disagreements += 1
        self._misses = self._trainings = 0
        self.theme, self.trained_on = None, []
        self._learn(example)


def _agree(fast: Article | Reject, slow: Article) -> bool:
    return isinstance(fast, Article) and all(
        getattr(fast, name) == getattr(slow, name) for name in _COMPARED
    )


def theme_to_json(theme: Theme) -> str:
    """Return a learned theme as stored in ``learned_themes``."""
    values = asdict(theme) | {"chrome": sorted(theme.chrome)}
    del values["validity"]  # a learned theme is valid today
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def theme_from_json(text: str) -> Theme:
    """Return a theme as stored in ``learned_themes``."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(text).items()
    }
    return Theme(**(values | {"chrome": frozenset(values["chrome"])}))
