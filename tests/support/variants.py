"""Variants of a slow test: a few in every run, all of them at night."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def some(variants: Iterable[Any], now: Collection[Any]) -> list[Any]:
    """Return the values of one parameter; those that are not in ``now`` are left to the night."""
    return [pytest.param(one, marks=() if one in now else pytest.mark.nightly) for one in variants]
