"""Learning a portal's paths while it is read: the slow lane teaches the fast one, and checks it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from portals.article import Article, Reject
from portals.extraction.induction import Example, induce
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.themes import Theme

TRAINING_SIZE = 10
"""Articles after which paths are looked for."""

CHECK_EVERY = 20
"""Of the articles read by learnt paths, each so many-th is read by the layout too."""

_MAX_TRAINING_PAGES = 3  # a portal that taught nothing by then has title and text in one element
_MISSES = 3  # pages in a row that learnt paths cannot read: the template has changed
_COMPARED = ("title", "body", "published_at", "published_raw", "view_count")


class SelectorLearner:
    """Reads the pages of one portal whose classes nobody described."""

    def __init__(self, recipe: Recipe, theme: Theme | None = None) -> None:
        self.recipe = recipe
        self.theme = theme
        self.trained_on: list[str] = []
        self.disagreements = 0
        self._examples: list[Example] = []
        self._lessons = 0
        self._since_check = 0
        self._misses = 0

    def read(self, page: Page) -> Article | Reject:
        """Return what the page shows, by the learnt paths first and by the layout under them."""
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
        if self._lessons >= _MAX_TRAINING_PAGES:
            return
        self._examples.append(example)
        if len(self._examples) < TRAINING_SIZE:
            return
        self._lessons += 1
        self.theme = induce(self._examples, self.recipe.layout)
        self.trained_on = [taught.page.url for taught in self._examples] if self.theme else []
        self._examples = []

    def _is_check_due(self) -> bool:
        self._since_check += 1
        if self._since_check < CHECK_EVERY:
            return False
        self._since_check = 0
        return True

    def _check(self, page: Page, fast: Article | Reject) -> Article | Reject:
        """Believe the layout; where the learnt paths part from it, forget them and learn anew."""
        slow = read_safely(page, self.recipe)
        if isinstance(slow, Reject):
            return slow
        agrees = isinstance(fast, Article) and all(
            getattr(fast, name) == getattr(slow, name) for name in _COMPARED
        )
        if not agrees:
            self._forget(Example(page, slow))
        return slow

    def _miss(self, example: Example) -> None:
        self._misses += 1
        if self._misses >= _MISSES:
            self._forget(example)

    def _forget(self, example: Example) -> None:
        """Forget the learnt paths, and begin to learn anew with ``example``."""
        self.disagreements += 1
        self._misses = self._lessons = 0
        self.theme, self.trained_on = None, []
        self._learn(example)


def theme_to_json(theme: Theme) -> str:
    """Return a learnt theme as kept in the database."""
    values = asdict(theme) | {"chrome": sorted(theme.chrome)}
    del values["validity"]  # what is learnt holds today
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def theme_from_json(text: str) -> Theme:
    """Return a theme from the database."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(text).items()
    }
    return Theme(**(values | {"chrome": frozenset(values["chrome"])}))
