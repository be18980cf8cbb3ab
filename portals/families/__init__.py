"""Content management systems: markup, addresses, listings and known wrong metadata of each."""

from __future__ import annotations

from portals.families.authorities import (
    COMMONTITLE,
    DETAILVIEW,
    DNN,
    DRUPAL,
    JOOMLA,
    K2,
    LIFERAY,
    POSTDATE,
    SHAREPOINT,
    TANDAN,
    VNPORTAL,
)
from portals.families.danaweb import DANAWEB
from portals.families.family import AddressKind, Family, json_recipe, recipe_for
from portals.families.mastercms import MASTERCMS
from portals.families.nukeviet import NUKEVIET
from portals.families.papers import AID, FILEHASH, NEWSPORTAL, ONECMS, ROOTID, VCCORP, ZCE
from portals.families.script_built import (
    ARTICLEREADS,
    BAIVIET,
    NEWSBYSLUG,
    POSTSBYCATEGORY,
    PUBARTICLES,
    SCRIPT_BUILT,
    WPGRAPHQL,
)
from portals.families.wordpress import WORDPRESS

FAMILIES: tuple[Family, ...] = (
    MASTERCMS, DANAWEB, NUKEVIET, WORDPRESS,
    TANDAN, SHAREPOINT, LIFERAY, DNN, K2, JOOMLA, DRUPAL, POSTDATE, COMMONTITLE, DETAILVIEW,
    VNPORTAL, NEWSPORTAL, FILEHASH, AID, ZCE, ONECMS, ROOTID, VCCORP, *SCRIPT_BUILT,
)  # fmt: skip
"""Every family, in the order in which fingerprints are compared: an extension before its base."""

__all__ = [
    "AID",
    "ARTICLEREADS",
    "BAIVIET",
    "COMMONTITLE",
    "DANAWEB",
    "DETAILVIEW",
    "DNN",
    "DRUPAL",
    "FAMILIES",
    "FILEHASH",
    "JOOMLA",
    "K2",
    "LIFERAY",
    "MASTERCMS",
    "NEWSBYSLUG",
    "NEWSPORTAL",
    "NUKEVIET",
    "ONECMS",
    "POSTDATE",
    "POSTSBYCATEGORY",
    "PUBARTICLES",
    "ROOTID",
    "SCRIPT_BUILT",
    "SHAREPOINT",
    "TANDAN",
    "VCCORP",
    "VNPORTAL",
    "WORDPRESS",
    "WPGRAPHQL",
    "ZCE",
    "AddressKind",
    "Family",
    "json_recipe",
    "recipe_for",
]  # fmt: skip
