"""The verifiers that need nothing of ours, held against what we issue and against each other."""
