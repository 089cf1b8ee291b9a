"""How many random examples, and which: the environment's FUZZ_RUNS and FUZZ_SEED. The same two give the same examples.

Each test divides its examples into shards, which pytest-xdist runs side by side.
"""

import os

from hypothesis.internal.conjecture import engine

SHARDS = 4
RUNS = int(os.environ.get("FUZZ_RUNS", 3 * SHARDS))
SEED = int(os.environ.get("FUZZ_SEED", "0"))

engine.MAX_SHRINKING_SECONDS = 120
"""Hypothesis has no setting for it, and shrinks for five minutes."""


def examples() -> int:
    """Return how many examples a shard has: of 200, all four have 50."""
    return -(-RUNS // SHARDS)


def seed_of(shard: int) -> int:
    return SEED * SHARDS + shard
