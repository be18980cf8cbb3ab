"""Bytes to text: the declared encoding of a page is a hint, its bytes decide.

Cases on Vietnamese portals: UTF-8 declared as iso-8859-1, windows-1258 without a declaration, UTF-8
that was read as Latin-1 and saved again, pages truncated in the middle of a letter, UTF-8 with a
letter cut by a teaser's limit, the fonts' codes TCVN3 and VNI.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from portals.language.legacy_fonts import repair_legacy_font

_IGNORED_CHARSETS = frozenset(  # declared by default, or not a character set
    """
    utf-8 cp1252 iso8859-1 ascii idna punycode unicode_escape unicode-escape raw_unicode_escape
    raw-unicode-escape
    """.split()
)
_ONE_BYTE = frozenset(("cp1252", "cp1258", "iso8859-1", "ascii"))
_HARMLESS_DAMAGE = 3  # unreadable letters that are accepted in any page
_MOST_DAMAGE = 0.02  # share of unreadable letters up to which a text is accepted
_CUT_LETTERS = 0.05  # share of damaged letters up to which bytes are UTF-8; in others it is most
_DOUBLE_ENCODED = re.compile("á»|áº|Ä‘|Æ°|Æ¡")  # not "Ã": "XÃ" before a space is a heading
_DOUBLE_MARKS = ("á»", "áº")  # every longer Vietnamese text contains letters of ạ-ỹ
_DOUBLE_SEEN = 3
_MAX_REPAIRED = 4_000_000  # characters; each takes 50 bytes of memory during the repair
_LATIN_RUN = re.compile(
    "[\u0080-\u00ff"
    + "".join(bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0))
    + "]{2,}"
)


class UndecodableTextError(ValueError):
    """The bytes are not text in any declared or likely encoding."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, its encoding, and whether double encoding was undone."""

    text: str
    encoding: str
    repaired: bool = False


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Return the text of ``body``; ``content_type``: the header. Raises UndecodableTextError."""
    encoding, rest = _encoding(body, content_type)
    if font := _in_legacy_font(rest, encoding):
        return font
    text = rest.decode(encoding, "replace")
    damage = text.count("\ufffd") - rest.count("\ufffd".encode())
    if damage > _HARMLESS_DAMAGE:
        letters = sum(1 for char in text if char > "\x7f")
        if damage > _MOST_DAMAGE * max(letters, len(text) // 50):
            raise UndecodableTextError(f"{damage} unreadable characters as {encoding}")
    repaired, _ = repair_legacy_font(repair_double_encoding(text))
    return Decoded(repaired, encoding, repaired != text)


def _in_legacy_font(body: bytes, encoding: str) -> Decoded | None:
    """Return the text of a page whose bytes are the code of a legacy font, or None."""
    if encoding not in _ONE_BYTE and _is_utf8(body):
        return None
    text, name = repair_legacy_font(body.decode("latin-1"))
    return Decoded(text, name) if name else None


def _encoding(body: bytes, content_type: str | None) -> tuple[str, bytes]:
    marked, mark = read_bom(body)
    if marked and mark:
        return marked, body[len(mark) :]
    if _is_utf8(body) or _is_cut_utf8(body):
        return "utf-8", body
    declared = html_body_declared_encoding(body[:4096])
    for name in (http_content_type_encoding(content_type), declared):
        encoding = resolve_encoding(name) if name else None
        if encoding and encoding not in _IGNORED_CHARSETS and _is_charset(encoding):
            return encoding, body
    return ("cp1258" if _looks_like_1258(body) else "utf-8"), body


def _is_charset(name: str) -> bool:
    """Return True if ``name`` is an encoding of text; pages also declare base64 or punycode."""
    try:
        return b"a".decode(name, "replace") == "a"
    except (LookupError, ValueError):
        return False


def _is_utf8(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(body)  # not final: a page truncated inside a letter is still UTF-8
    except UnicodeDecodeError:
        return False
    return True


def _is_cut_utf8(body: bytes) -> bool:
    """Return True for UTF-8 with a few damaged letters, as where a teaser was cut by bytes."""
    text = body.decode("utf-8", "replace")
    damage = text.count("\ufffd")
    return damage <= _CUT_LETTERS * sum(char > "\x7f" for char in text)


def _looks_like_1258(body: bytes) -> bool:
    """Return True if tones are separate bytes, as in windows-1258 only."""
    high = sum(1 for byte in body if byte >= 0x80)
    tones = sum(body.count(bytes([byte])) for byte in (0xCC, 0xEC, 0xD2, 0xDE, 0xF2))
    multibyte = len(re.findall(rb"[\xc3-\xe1][\x80-\xbf]", body))
    return high > 0 and tones * 20 > high and multibyte * 4 < high


def repair_double_encoding(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1 and saved again: "TrÆ°á»ng" → "Trường"."""
    if len(text) > _MAX_REPAIRED or not any(mark in text for mark in _DOUBLE_MARKS):
        return text
    if len(_DOUBLE_ENCODED.findall(text[:400_000])) < _DOUBLE_SEEN:
        return text
    return _LATIN_RUN.sub(lambda match: _undone(match[0]), text)


def _undone(run: str) -> str:
    try:
        raw = b"".join(
            char.encode("latin-1") if char <= "\xff" else char.encode("cp1252") for char in run
        )
        return raw.decode("utf-8")
    except UnicodeError:
        return run
