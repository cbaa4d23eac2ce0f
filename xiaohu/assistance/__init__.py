"""Getting a person: call-backs, complaints, what readers say of the help, and what everyone is told."""
