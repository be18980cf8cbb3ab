"""The shapes of the portals' own pages."""

from __future__ import annotations

from tests.support.pages import themes
from tests.support.pages.prose import story
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item

SHAPES = {
    "ldtd, theme of 2018": ("ldtd", themes.mastercms_2018),
    "ldtd, MasterCMS 2.9": ("ldtd", themes.mastercms_2_9),
    "haiphong": ("haiphong", themes.danaweb_1),
    "kiengiang": ("kiengiang", themes.kiengiang),
    "brvt": ("brvt", themes.brvt),
    "tienlang": ("tienlang", themes.tienlang),
}
LEADLESS = ("brvt", "tienlang")
DAY_ONLY = ("haiphong", "tienlang")


def frame() -> Frame:
    related = [Item(f"/khac-{n}.html", text_of(story(n), "Tin khác")) for n in (501, 502, 503)]
    return Frame(TODAY, related, [("/", "Trang chủ"), ("/tin", "Tin tức")], "/tin")
