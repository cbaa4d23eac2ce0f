"""Clock, leases, effects, fault points and the job engine. Jobs are hints; the row is the truth."""
