"""One page in many markups: what it shows stays the same, how it is written differs.

A page is a list of ``Line``s in the order in which they are shown. Every function below writes
the same lines as HTML in the manner of one kind of site.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "text", "title", "date", "lead", "paragraph", "image", "signature", "link", "control", "blank"
]


@dataclass(frozen=True, slots=True)
class Line:
    """One shown line. ``image``: ``text`` is its address. ``link``: ``href`` is where it leads."""

    text: str
    role: Role = "text"
    href: str = ""
    alt: str = ""


Markup = Callable[[Sequence[Line], str], bytes]
"""Lines and a head title to the bytes of a page."""


def _document(head: str, body: str) -> bytes:
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>{html.escape(head)}</title><style>p {{ color: red }}</style>"
        f"<script>var today = '01/01/2030';</script></head><body>{body}</body></html>"
    ).encode()


def inner(line: Line) -> str:
    """Return what stands inside the element of ``line``."""
    if line.role == "image":
        return f'<img src="{html.escape(line.text)}" alt="{html.escape(line.alt)}">'
    if line.role == "link":
        picture = (
            f'<img src="/thumb.jpg" width="24" alt="{html.escape(line.alt)}">' if line.alt else ""
        )
        return f'{picture}<a href="{html.escape(line.href)}">{html.escape(line.text)}</a>'
    if line.role == "control":
        label, first, second = line.text[:-2], line.text[-2], line.text[-1]
        return f'{label}<a href="#">{first}</a><a href="#">{second}</a>'
    if line.role == "blank":
        return "&nbsp;"
    return html.escape(line.text, quote=False)


def divs(lines: Sequence[Line], head: str) -> bytes:
    """A ``div`` each, nested in wrappers, pictures in a paragraph of their own."""
    rows = "\n".join(f'  <div class="r{i}">{inner(line)}</div>' for i, line in enumerate(lines))
    return _document(head, f'<div id="main"><div class="inner">\n{rows}\n</div></div>')


def table(lines: Sequence[Line], head: str) -> bytes:
    """The whole page in one table, as it was done about 2008."""
    rows = "".join(f"<tr><td>{inner(line)}</td></tr>\n" for line in lines)
    return _document(head, f"<table><tbody>{rows}</tbody></table>")


def font_and_br(lines: Sequence[Line], head: str) -> bytes:
    """No paragraphs: ``font`` and ``br`` only, lines indented by non-breaking spaces."""
    rows = "<br>\n".join(
        f'<font face="Times New Roman" size="3">&nbsp;&nbsp;&nbsp; {inner(line)}</font>'
        for line in lines
    )
    return _document(head, f"<div>{rows}<br></div>")


def word_paste(lines: Sequence[Line], head: str) -> bytes:
    """Pasted from Word: words cut by spans, ``o:p``, conditional comments."""
    rows = "".join(
        f'<p class="MsoNormal"><!--[if mso]><xml>x</xml><![endif]-->{_cut(line)}<o:p></o:p></p>'
        for line in lines
    )
    return _document(head, f'<div class="WordSection1">{rows}</div>')


def _cut(line: Line) -> str:
    if line.role in ("image", "link", "control", "blank"):
        return inner(line)
    text = line.text
    pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
    return "".join(
        f'<span lang="VI" style="font-size:{13 + i % 2}pt">{html.escape(piece, quote=False)}</span>'
        for i, piece in enumerate(pieces)
    )


def sharepoint(lines: Sequence[Line], head: str) -> bytes:
    """SharePoint rich-text fields: zero-width spaces, nested ``div`` and ``span``."""
    rows = "".join(
        f'<div class="ms-rtestate-field"><div><span>\u200b{inner(line)}</span><br></div></div>'
        for line in lines
    )
    return _document(head, f'<div id="ctl00_PlaceHolderMain_pc"><div>{rows}</div></div>')


def unclosed_upper_case(lines: Sequence[Line], head: str) -> bytes:
    """Upper-case tags that nobody closes, every letter beyond ASCII a numeric entity."""
    rows = "\n".join(f"<P ALIGN=JUSTIFY>{inner(line)}" for line in lines)
    body = f"<HTML><HEAD><TITLE>{head}</TITLE></HEAD><BODY BGCOLOR=white><DIV>{rows}"
    return body.encode("ascii", "xmlcharrefreplace")


def decomposed(lines: Sequence[Line], head: str) -> bytes:
    """Paragraphs whose letters are in NFD, as copied from a Mac."""
    rows = "".join(f"<p>{inner(line)}</p>" for line in lines)
    return unicodedata.normalize("NFD", _document(head, rows).decode()).encode()


def list_items(lines: Sequence[Line], head: str) -> bytes:
    """Lines as list items inside sections, with HTML comments around the words."""
    rows = "".join(f"<li><!-- x -->{inner(line)}<!-- y --></li>" for line in lines)
    return _document(head, f"<section><ul>{rows}</ul></section>")


MARKUPS: tuple[Markup, ...] = (
    divs,
    table,
    font_and_br,
    word_paste,
    sharepoint,
    unclosed_upper_case,
    decomposed,
    list_items,
)
