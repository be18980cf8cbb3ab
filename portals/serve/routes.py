"""Which page answers at which address."""

from __future__ import annotations

from portals.serve import article, pages

ROUTES: tuple[tuple[str, pages.Page], ...] = (
    (r"/", pages.news),
    (r"/news", pages.news),
    (r"/article/(?P<id>[0-9]+)", article.article),
    (r"/portals", pages.portals),
    (r"/portal/(?P<name>[^/?]+?)", pages.portal),
    (r"/provinces", pages.provinces),
    (r"/search", pages.search),
    (r"/edits", pages.edits),
    (r"/withdrawn", pages.withdrawn),
    (r"/operations", pages.operations),
)
"""Our pages; each has an address in both languages, and with ``.json`` or ``.atom`` behind it."""
