"""A page of a system that nobody described, around what a test is about."""

from __future__ import annotations

from portals.article import Article
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely

LEAD = "Sáng 12/3, công đoàn cơ sở nhà máy đường Đồng Mận tổ chức hội nghị người lao động."
TEXTS = [
    f"Đoạn {n}: các đại biểu thảo luận về thỏa ước lao động tập thể, bữa ăn ca, tiền thưởng và"
    " việc chăm lo cho gia đình công nhân có hoàn cảnh khó khăn trong năm nay."
    for n in range(6)
]


def read(inside: str = "", above: str = "") -> Article:
    """Return the article of the page, with ``inside`` in its text and ``above`` before it."""
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXTS[:3])
    rest = "".join(f"<p>{text}</p>" for text in TEXTS[3:])
    page = (
        "<html><head><title>Hội nghị người lao động nhà máy đường</title></head><body>"
        f"<div class=top>{above}</div><div class=main>"
        "<h1>Hội nghị người lao động nhà máy đường</h1><span>12/03/2024 08:15</span>"
        f"<p><b>{LEAD}</b></p><div class=text>{paragraphs}{inside}{rest}</div></div></body></html>"
    )
    read = read_safely(
        Page.from_bytes("http://x.vn/tin/hoi-nghi-12.html", page.encode(), "text/html"),
        Recipe("x", general=True),
    )
    assert isinstance(read, Article)
    return read
