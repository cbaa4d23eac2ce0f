"""Keys, sealed records and blind indexes: the one door of personal data."""
