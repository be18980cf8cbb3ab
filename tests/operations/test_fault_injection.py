"""Faults at random over one installation, from a seed that is printed where something breaks.

``FAULT_SEED`` gives the seed and ``FAULT_ROUNDS`` the number of rounds, of a second each.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.operations.injection import finish, installation

SEED = 20261128
ROUNDS = 12
NIGHTLY_ROUNDS = 75  # processes are new at night: a round takes eight seconds


def given(variable: str, usual: int) -> int:
    return int(os.environ.get(variable, usual))


def run_of(folder: Path, seed: int, rounds: int) -> None:
    """Inject a fault in every round; on a failure say the seed and what was done."""
    with installation(folder, seed) as it:
        try:
            for _ in range(rounds):
                it.round()
            finish(it)
        except AssertionError as error:
            done = "\n".join(f"  {line}" for line in it.journal)
            raise AssertionError(
                f"FAULT_SEED={seed} FAULT_ROUNDS={rounds}: {error}\n{done}"
            ) from error


def test_after_faults_of_every_kind_all_is_there_and_every_ending_was_true(tmp_path: Path) -> None:
    run_of(tmp_path, given("FAULT_SEED", SEED), given("FAULT_ROUNDS", ROUNDS))


@pytest.mark.nightly  # ten minutes
def test_after_hundreds_of_new_faults_all_is_there_and_every_ending_was_true(
    tmp_path: Path,
) -> None:
    seed = given("FAULT_SEED", random.SystemRandom().randrange(10**9))
    run_of(tmp_path, seed, given("FAULT_ROUNDS", NIGHTLY_ROUNDS))
