"""The operator's own systems in which a closing erases too: one small file for each kind."""
