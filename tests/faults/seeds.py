"""One seed for everything random here; `FAULTS_SEED=N` replays what a run printed."""

import os
from random import Random

SEED = int(os.environ.get("FAULTS_SEED", "20261128"))


def rng(*of: object) -> Random:
    """Return the chance of one test; the same for the same seed, whatever ran before."""
    return Random(":".join(str(part) for part in (SEED, *of)))
