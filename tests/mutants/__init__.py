"""Small wrong programs, and whether the tests notice them."""
