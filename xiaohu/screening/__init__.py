"""Facts about lines, asked of the operator and kept for the checks."""
