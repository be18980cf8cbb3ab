"""Portals of whose system no listing markup is known: explored, and read by what pages show."""

from __future__ import annotations

from portals.extraction.reader import Recipe
from portals.families import recipe_for
from spiders.base.exploration import DiscoverySpider


class EvidenceSpider(DiscoverySpider):
    """A portal that is explored, and whose pages are read by all their evidence.

    Of its CMS no listing markup is known, or the CMS itself is not.
    """

    @classmethod
    def recipe(cls) -> Recipe:
        """Return the recipe: by what is known of the CMS, then by what a page shows."""
        if cls.family is None:
            return Recipe(cls.name, general=True)
        return recipe_for(cls.name, cls.family, layouts=cls.layouts)
