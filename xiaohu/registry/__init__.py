"""What the service knows: operators and their rules, working days, holders and lines."""
