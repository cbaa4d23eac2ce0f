"""The outside of the service, for rehearsals: an operator, a payout provider, a message provider.

Each is its own process with an HTTP interface and a truth file of what really happened. The
service and its simulators meet on the wire only.
"""
