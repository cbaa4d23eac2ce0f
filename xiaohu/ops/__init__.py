"""Running the service: command line, health, supervisor, embedded PostgreSQL, demo."""
