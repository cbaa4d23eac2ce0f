"""How pages look and speak: base templates, components, the message catalogue, static files."""
