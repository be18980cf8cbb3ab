"""Content management systems: markup, URLs, listings and known wrong metadata of each."""

from __future__ import annotations

from portals.families.danaweb import DANAWEB
from portals.families.family import Family, recipe_for
from portals.families.mastercms import MASTERCMS
from portals.families.nukeviet import NUKEVIET
from portals.families.wordpress import WORDPRESS

FAMILIES: tuple[Family, ...] = (MASTERCMS, DANAWEB, NUKEVIET, WORDPRESS)
"""Every family, in the order in which fingerprints are compared."""

__all__ = ["DANAWEB", "FAMILIES", "MASTERCMS", "NUKEVIET", "WORDPRESS", "Family", "recipe_for"]
