"""Who is there: subscribers and staff, sessions, one-time codes, counters."""
