"""The outside: what operators, payout and message providers must offer, and how we reach them."""
