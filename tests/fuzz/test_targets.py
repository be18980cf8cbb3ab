"""The fuzz targets under hypothesis, and the cases that fuzzing found."""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

EXAMPLES = 2_000 if os.environ.get("FULL") else 60
FOUND = [
    ("layout", base64.b64decode("dQRkdF9lLP8KdG1lJ0tLa2NLS37L/yc=")),  # a comment among cells
]


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.binary(max_size=300))
@settings(max_examples=EXAMPLES)
def test_any_bytes_are_read(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_found_once_is_read(name: str, data: bytes) -> None:
    TARGETS[name](data)
