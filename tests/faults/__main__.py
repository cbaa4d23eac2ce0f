"""`python -m tests.faults --seed N`: the nightly kills, crashes, races and cases once more."""

import argparse
import os
import subprocess
import sys

from tests.faults.seeds import SEED


def main() -> int:
    """Run them with a seed, and show the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--short", action="store_true", help="the form of `make test`")
    asked = parser.parse_args()
    which = "not nightly" if asked.short else "nightly"
    command = [sys.executable, "-m", "pytest", "tests/faults", "-m", which]
    environment = {**os.environ, "FAULTS_SEED": str(asked.seed)}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
