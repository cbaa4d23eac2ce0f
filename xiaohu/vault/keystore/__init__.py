"""The keys, in a database cluster of their own so that no backup carries data and keys."""
