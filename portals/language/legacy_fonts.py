"""Vietnamese in the fonts of the 1990s: TCVN3 (ABC, ``.VnTime``) and VNI (``VNI-Times``).

Both are Latin-1 bytes that only their font shows as Vietnamese. They occur as bytes of a whole page
(2000-2008), and as Latin letters in UTF-8 pages, where an office document was pasted: "Céng hßa X·
héi" (TCVN3) and "Coäng hoøa Xaõ hoäi" (VNI) are "Cộng hòa Xã hội". No codec of Python knows them.

A text is converted only where its words are no Vietnamese syllables before and are afterwards.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

_TCVN3_CODES = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
"""First code of a run of codes, and their letters."""

_TCVN3 = {
    first + place: letter
    for first, letters in _TCVN3_CODES.items()
    for place, letter in enumerate(letters)
}

_VNI_TONES = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_PAIRS = {
    **dict(zip(("aù", "aø", "aû", "aõ", "aï"), "áàảãạ", strict=True)),
    **dict(zip(("aâ", "aá", "aà", "aå", "aã", "aä"), "âấầẩẫậ", strict=True)),
    **dict(zip(("aê", "aé", "aè", "aú", "aü", "aë"), "ăắằẳẵặ", strict=True)),
    **dict(zip(("eù", "eø", "eû", "eõ", "eï"), "éèẻẽẹ", strict=True)),
    **dict(zip(("eâ", "eá", "eà", "eå", "eã", "eä"), "êếềểễệ", strict=True)),
    **dict(zip(("où", "oø", "oû", "oõ", "oï"), "óòỏõọ", strict=True)),
    **dict(zip(("oâ", "oá", "oà", "oå", "oã", "oä"), "ôốồổỗộ", strict=True)),
    **dict(zip(("ôù", "ôø", "ôû", "ôõ", "ôï"), "ớờởỡợ", strict=True)),
    **dict(zip(("uù", "uø", "uû", "uõ", "uï"), "úùủũụ", strict=True)),
    **dict(zip(("öù", "öø", "öû", "öõ", "öï"), "ứừửữự", strict=True)),
    **dict(zip(("yù", "yø", "yû", "yõ"), "ýỳỷỹ", strict=True)),
}
_VNI_SINGLES = dict(zip("ôöñæóòî", "ơưđỉĩịỵ", strict=True))
_VNI = {
    **_VNI_PAIRS,
    **_VNI_SINGLES,
    **{pair.upper(): letter.upper() for pair, letter in _VNI_PAIRS.items()},
    **{pair.capitalize(): letter.upper() for pair, letter in _VNI_PAIRS.items()},
    **{single.upper(): letter.upper() for single, letter in _VNI_SINGLES.items()},
}
_VNI_LETTER = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))

_VOWELS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
_SYLLABLE = re.compile(
    rf"(?:ngh?|n?h|gh?|gi|kh|k|ch?|qu|ph?|th?|tr|[bdđlmnrsvx])?[{_VOWELS}]{{1,3}}"
    r"(?:ch|ngh?|nh|[cmnpt])?"
)
_TOKEN = re.compile(r"[^\W\d_][^\s<>,.;:!?()\"'/]*|[\u00a1-\u00bf][^\s<>,.;:!?()\"'/]+")
_BETWEEN_TAGS = re.compile(r"[^<>]+")
_LATIN_ENTITY = re.compile(r"&(?:#(?:1[6-9]\d|2[0-4]\d|25[0-5])|[A-Za-z]{2,6}[1-3]?);")

_ENOUGH = 8  # telltale letters; one µ or ø is a unit or a name
_SOME = (
    3  # of the commonest ones, in any page that has _ENOUGH: à, á, đ, ư have a code of their own
)
_SURE = 0.85  # share of syllables among the marked words of a text that is Vietnamese
_GAIN = 0.3  # by which this share grows where a text was in a font's code


@dataclass(frozen=True, slots=True)
class _Font:
    """A font's code: its name, letters that hardly occur otherwise, and its conversion.

    ``common`` and ``entities``: signs of which every longer text has some, and Unicode pages hardly
    any, as such and as names of HTML entities.
    """

    name: str
    common: str
    entities: frozenset[str]
    telltale: re.Pattern[str]
    convert: Callable[[str], str]


_FONTS = (
    _Font(
        "tcvn3",
        "µ¸",
        frozenset(["micro", "cedil", "#181", "#184"]),
        re.compile(r"(?<=[A-Za-z])[µ¶·¸¹»¼½¾®¬¨©ª«ß]|[§®¸µ](?=[a-z])"),
        lambda text: text.translate(_TCVN3),
    ),
    _Font(
        "vni",
        "øñ",
        frozenset(["oslash", "ntilde", "#248", "#241"]),
        re.compile(r"[aeouy][øûïåä]|[ôö][ùøûõï]|[aeo][ùõ]", re.IGNORECASE),
        lambda text: _VNI_LETTER.sub(lambda match: _VNI[match[0]], text),
    ),
)

_COMMON_ENTITY = re.compile(r"&(micro|cedil|oslash|ntilde|#18[14]|#24[18]);")  # those of the fonts


def repair_legacy_font(markup: str) -> tuple[str, str | None]:
    """Return ``markup`` with texts in a legacy font's code as Unicode, and the code's name.

    The name (``tcvn3``, ``vni``) is None where nothing was converted. Each run of text between two
    tags is judged on its own, since the theme of such a page is often Unicode.
    """
    entities = _COMMON_ENTITY.findall(markup)
    for font in _FONTS:
        common = sum(map(markup.count, font.common)) + sum(
            map(font.entities.__contains__, entities)
        )
        if common < _SOME:
            continue
        text = _LATIN_ENTITY.sub(_letter, markup) if _has_entities(markup) else markup
        if len(font.telltale.findall(text)) < _ENOUGH:
            continue
        repaired = _BETWEEN_TAGS.sub(partial(_repaired, font), text)
        if repaired != text:
            return repaired, font.name
    return markup, None


def _has_entities(markup: str) -> bool:
    return "&" in markup and _LATIN_ENTITY.search(markup) is not None


def _letter(match: re.Match[str]) -> str:
    letter = html.unescape(match[0])
    return letter if len(letter) == 1 and letter >= "\u00a1" else match[0]


def _repaired(font: _Font, match: re.Match[str]) -> str:
    text = match[0]
    if text.isascii():
        return text
    converted = font.convert(text)
    before, after = syllable_share(text), syllable_share(converted)
    return converted if after >= _SURE and after - before >= _GAIN else text


def syllable_share(text: str) -> float:
    """Return the share of words with marks that have the form of a Vietnamese syllable, 0 to 1.

    1 for a text without such words.
    """
    marked = [word for word in _TOKEN.findall(text.casefold()) if not word.isascii()]
    if not marked:
        return 1.0
    return sum(bool(_SYLLABLE.fullmatch(word)) for word in marked) / len(marked)
