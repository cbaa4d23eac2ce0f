"""Whatever dies, lies, comes twice or comes late: the money ends where it belongs.

Three layers. The model (`test_model.py`) runs the real driver and the real effect protocol over
rows in memory, simulated providers and virtual time. The real one (`test_kills.py`,
`test_races.py`, `test_stopped.py`) kills, stops and races real processes and threads on
PostgreSQL. The oracle (`oracle.py`) compares our rows with what really happened outside.
"""
