"""Variants of a slow test: a few in every run, all of them at night."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest


def some(variants: Iterable[Any], now: Collection[Any]) -> list[Any]:
    """Return the values of one parameter; those that are not in ``now`` are left to the night."""
    return [pytest.param(one, marks=() if one in now else pytest.mark.nightly) for one in variants]


def some_rows(variants: Sequence[tuple[Any, ...]], now: Collection[int]) -> list[Any]:
    """Return rows of several parameters; ``now``: numbers of those that are in every run."""
    return [
        pytest.param(*row, marks=() if number in now else pytest.mark.nightly)
        for number, row in enumerate(variants)
    ]
