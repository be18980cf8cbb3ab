"""The spiders of the portals and how they read, by portal."""

from __future__ import annotations

from portals.extraction.reader import Recipe
from spiders.base.portal import PortalSpider
from spiders.brvt import BaRiaVungTauSpider
from spiders.haiphong import HaiPhongSpider
from spiders.kiengiang import KienGiangSpider
from spiders.ldtd import LaoDongThuDoSpider
from spiders.tienlang import TienLangSpider

SPIDERS: dict[str, type[PortalSpider]] = {
    spider.name: spider
    for spider in (
        LaoDongThuDoSpider,
        KienGiangSpider,
        BaRiaVungTauSpider,
        TienLangSpider,
        HaiPhongSpider,
    )
}


RECIPES: dict[str, Recipe] = {
    spider.name: spider.recipe() for spider in (BaRiaVungTauSpider, KienGiangSpider, TienLangSpider)
}
