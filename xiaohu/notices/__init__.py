"""Messages to people, queued with the change they tell of."""
