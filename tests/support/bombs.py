"""Bodies that inflate to gigabytes, made of one piece again and again."""

from __future__ import annotations

import gzip
import sys
import zlib
from functools import cache

import brotli

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor, compress
else:
    from backports.zstd import ZstdCompressor, compress

PIECE = 16 * 1024 * 1024
"""Bytes of zeros in one piece."""


def _deflate(pieces: int, wbits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    first = packer.compress(bytes(PIECE)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(PIECE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (pieces - 1) + packer.flush()


def _brotli(pieces: int) -> bytes:
    packer = brotli.Compressor(quality=1)
    parts: list[bytes] = [packer.process(bytes(PIECE)) + packer.flush() for _ in range(3)]
    assert parts[1] == parts[2]  # so that the middle may be repeated
    end: bytes = packer.finish()
    return parts[0] + parts[1] * (pieces - 1) + end


def _zstd(pieces: int) -> bytes:
    packer = ZstdCompressor(1)
    whole = packer.compress(bytes(PIECE), mode=ZstdCompressor.FLUSH_BLOCK)
    parts = [packer.compress(bytes(PIECE), mode=ZstdCompressor.FLUSH_BLOCK) for _ in range(2)]
    assert parts[0] == parts[1]
    return whole + parts[0] * (pieces - 1) + packer.flush()


@cache
def bomb(encoding: str, size: int = 10 * 1024**3) -> bytes:
    """Return a body that inflates to ``size`` bytes of zeros."""
    pieces = size // PIECE
    makers = {
        "gzip": lambda: _deflate(pieces, 31),
        "deflate": lambda: _deflate(pieces, 15),
        "br": lambda: _brotli(pieces),
        "zstd": lambda: _zstd(pieces),
        "gzip, gzip": lambda: gzip.compress(_deflate(pieces, 31)),
    }
    return makers[encoding]()


def compressed(encoding: str, body: bytes) -> bytes:
    """Return ``body`` in an encoding, as a server would send it."""
    makers = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": brotli.compress,
        "zstd": compress,
    }
    whole: bytes = makers[encoding](body)
    return whole
