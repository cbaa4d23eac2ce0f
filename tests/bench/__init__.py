"""Our speed against a floor measured in the same call: `make bench`."""
