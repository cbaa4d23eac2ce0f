"""The law: states, moves, steps, checks, money, time. Pure Python, no framework, clock, file or network."""
