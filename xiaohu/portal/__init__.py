"""The subscriber's way: request in, one call, answer out."""
