"""Passwords of tests: hashed as in production, but in a millisecond instead of a fifth of a second."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The hasher of production at its smallest cost; `test_accounts` holds that to its full one."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
