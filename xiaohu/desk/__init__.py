"""The officer's desk: the next right case, all facts on one page."""
