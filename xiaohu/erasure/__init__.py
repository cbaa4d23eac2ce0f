"""Erasing what a closing ends, with a receipt."""
