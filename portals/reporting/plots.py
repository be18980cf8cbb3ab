"""Plots of the report as SVG, by matplotlib."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from portals.errors import PortalError
from portals.reporting.facts import Month

_SHOWN = 8  # portals with their own colour; the others are combined
_MONTHS = 120  # at most: ten years
_UNSAFE_IN_PLOTS = re.compile(r"[$\\]")


def articles_over_time(months: Sequence[Month], others: str) -> str:
    """Return an SVG of articles per month, stacked by portal; empty if there are none.

    Raises PortalError where matplotlib is not installed.
    """
    if not months:
        return ""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a home that it cannot write to
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an optional extra

        mpl.use("svg")
        from matplotlib.figure import Figure  # noqa: PLC0415
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415
    except ImportError:
        raise PortalError(
            "the report needs matplotlib; install the extra 'report': pip install '.[report]' in a"
            " clone, or the package's file with [report] behind it"
        ) from None
    totals = Counter[str]()
    for one in months:
        totals[one.portal] += one.articles
    own = [portal for portal, _ in totals.most_common(_SHOWN)]
    span = _span(min(one.month for one in months), max(one.month for one in months))[-_MONTHS:]
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in months:
        counted[one.portal if one.portal in own else others][one.month] += one.articles
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tin", "font.size": 9}):
        figure = Figure(figsize=(10, 3.2), layout="constrained")
        axes = figure.add_subplot()
        bottom = [0] * len(span)
        for portal in [*own, *([others] if len(totals) > len(own) else [])]:
            heights = [counted[portal][month] for month in span]
            axes.bar(range(len(span)), heights, bottom=bottom, width=1.0, label=_plain(portal))
            bottom = [a + b for a, b in zip(bottom, heights, strict=True)]
        step = max(1, len(span) // 12)
        axes.set_xticks(range(0, len(span), step), span[::step])
        axes.tick_params(axis="x", rotation=45)
        axes.margins(x=0.01)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8, frameon=False, ncols=3, loc="upper left")  # "best" takes seconds
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]


def _plain(text: str) -> str:
    return f" {_UNSAFE_IN_PLOTS.sub('', text)[:40]}"  # a name that begins with _ has no legend


def _span(first: str, last: str) -> list[str]:
    """Return every month from ``first`` to ``last`` ("2024-11", "2024-12", …)."""
    year, month = int(first[:4]), int(first[5:7])
    found = []
    while (here := f"{year:04}-{month:02}") <= last:
        found.append(here)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found
