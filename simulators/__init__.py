"""The outside world, as an integrator may rehearse on it: operator, payout, messages."""
