"""Content decoding of response bodies with a size limit, against decompression bombs."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

import brotli

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

MAX_BODY = 16 * 1024 * 1024
"""Maximum size of a decoded body in bytes; no article is larger."""

_GZIP, _ZLIB, _BARE = 31, 15, -15  # ``wbits`` of zlib for these formats
_HEADERS = {_GZIP: 10, _ZLIB: 2, _BARE: 0}  # bytes before the text
_NO_ENCODINGS = frozenset(["identity", "utf-8", "none"])
_MAX_ENCODINGS = 3  # nested; a server and a proxy can make two
_MAX_MEMBERS = 100  # of one gzip body, or frames of zstd
_TOO_MANY = f"a body of more than {_MAX_MEMBERS} compressed parts"
_PIECE = 65_536  # bytes that are inflated at once
_MAX_WINDOW = 24  # bits: 16 MB, more than the size limit and the 8 MB that browsers allow


class EncodingError(ValueError):
    """The body cannot be decoded, or is too large."""


class CutShortError(EncodingError):
    """The body is truncated."""


def decode_body(body: bytes, encodings: str, limit: int = MAX_BODY) -> bytes:
    """Return ``body`` without its content encodings (the header's value). Raises EncodingError.

    An encoding is ignored if the body evidently does not have it, unlike in browsers: archives of
    decoded bodies retain the header (Common Crawl before 2018). Unknown names are ignored if what
    remains is evidently text, as in browsers: servers write character sets and types there.
    """
    if not body:  # as of a 304 or a redirect, whatever its headers say
        return body
    names = [name.strip().lower() for name in encodings.split(",") if name.strip()]
    if len(names) > _MAX_ENCODINGS:
        raise EncodingError(f"{len(names)} content encodings one in another")
    unknown = [name for name in names if name not in _DECODERS and name not in _NO_ENCODINGS]
    for name in reversed(names):
        decoder = _DECODERS.get(name)
        if decoder is None:
            continue
        try:
            decoded = _decoded(decoder, name, body, limit + 1)
        except EncodingError:
            if _looks_plain(body):
                return body
            raise
        if len(decoded) > limit:
            raise EncodingError(f"a {name} body of more than {limit // 1024**2} MB")
        body = decoded
    if unknown and not _looks_plain(body):
        raise EncodingError(f"the content encoding {unknown[0]!r} is unknown")
    return body


def _decoded(decoder: Callable[[bytes, int], bytes], name: str, body: bytes, limit: int) -> bytes:
    """Return the body as decoded by ``decoder``. Raises EncodingError."""
    try:
        return decoder(body, limit)
    except EOFError as error:
        raise CutShortError(f"the {name} body is cut short") from error
    except (zlib.error, brotli.error, ZstdError) as error:
        raise EncodingError(f"the {name} body is damaged: {error}") from error


def dechunk(body: bytes) -> bytes:
    """Undo chunked transfer encoding, up to the last whole chunk; return other bodies unchanged."""
    parts = bytearray()
    at = 0
    while True:
        line_end = body.find(b"\r\n", at, at + 100)
        size_text = body[at:line_end].split(b";")[0].strip() if line_end >= 0 else b""
        try:
            size = int(size_text, 16)
        except ValueError:
            return bytes(parts) if parts else body
        if size <= 0:
            return bytes(parts)
        start = line_end + 2
        parts += body[start : start + size]
        at = start + size + 2


def _looks_plain(body: bytes) -> bool:
    begin = body[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return begin.startswith((b"<", b"user-agent:", b"sitemap:"))


def _inflate(body: bytes, limit: int, *, wbits: int) -> bytes:
    parts: list[bytes] = []
    size = at = 0
    for _ in range(_MAX_MEMBERS):  # a body may be several gzip members
        inflater, start = zlib.decompressobj(wbits=wbits), at
        while not inflater.eof and size < limit:
            if at >= len(body):
                if _is_whole(body[start:], wbits):
                    return b"".join(parts)
                raise EOFError
            piece = body[at : at + _PIECE]
            part = inflater.decompress(piece, limit - size)
            at += len(piece) - len(inflater.unconsumed_tail) - len(inflater.unused_data)
            parts.append(part)
            size += len(part)
        if size >= limit or body[at : at + 2] != b"\x1f\x8b":  # no further member: padding
            return b"".join(parts)
    raise EncodingError(_TOO_MANY)


def _is_whole(body: bytes, wbits: int) -> bool:
    """Return True if the data of a body is complete and only its checksum is missing or cut."""
    start = _HEADERS[wbits]
    if wbits == _GZIP and len(body) > start and body[3]:
        return False  # a file name or comment in the header: servers write none
    inflater = zlib.decompressobj(wbits=-15)
    at = start
    while at < len(body) and not inflater.eof:
        inflater.decompress(inflater.unconsumed_tail or body[at : at + _PIECE], _PIECE)
        at += 0 if inflater.unconsumed_tail else _PIECE
    return inflater.eof


def _gzip(body: bytes, limit: int) -> bytes:
    return _inflate(body, limit, wbits=_GZIP)


def _deflate(body: bytes, limit: int) -> bytes:
    try:
        return _inflate(body, limit, wbits=_ZLIB)
    except zlib.error:
        return _inflate(body, limit, wbits=_BARE)  # some servers omit the zlib header


def _brotli(body: bytes, limit: int) -> bytes:
    inflater = brotli.Decompressor()
    parts = [inflater.process(body, output_buffer_limit=limit)]
    size = len(parts[0])
    while size < limit and not inflater.is_finished() and not inflater.can_accept_more_data():
        parts.append(inflater.process(b"", output_buffer_limit=limit - size))
        size += len(parts[-1])
    if size < limit and not inflater.is_finished():
        raise EOFError
    return b"".join(parts)


def _zstd(body: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for _ in range(_MAX_MEMBERS):  # a body may be several frames
        inflater = ZstdDecompressor(options={DecompressionParameter.window_log_max: _MAX_WINDOW})
        parts.append(inflater.decompress(body, max_length=limit - size))
        size += len(parts[-1])
        if size < limit and not inflater.eof:
            raise EOFError
        body = inflater.unused_data
        if not body or size >= limit:
            return b"".join(parts)
    raise EncodingError(_TOO_MANY)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
