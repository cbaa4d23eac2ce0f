"""Final bills, the ledger and refunds."""
