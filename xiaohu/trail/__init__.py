"""What happened: events, their Merkle tree, signed checkpoints, signed documents."""
