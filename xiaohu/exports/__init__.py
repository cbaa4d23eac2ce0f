"""Copies of a line's records, made before it closes and kept for three days."""
