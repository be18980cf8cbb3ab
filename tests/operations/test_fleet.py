"""What of the fleet is a fault, and what is known already."""

from __future__ import annotations

import pytest

from portals.operations.fleet import Cause, Finding, is_expected


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("is_gone", [True, False])
def test_only_the_silence_of_a_portal_that_is_taken_for_gone_is_expected(
    cause: Cause, *, is_gone: bool
) -> None:
    is_silent = cause in (Cause.UNREACHABLE, Cause.TIMEOUT, Cause.PARKED)

    expected = is_expected(Finding("haiphong", cause), is_gone=is_gone)
    assert expected == (cause is Cause.OK or (is_silent and is_gone))
