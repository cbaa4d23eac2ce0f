"""Where the rooms are joined: settings, urls, registration."""
