"""The help centre: answers first, a person always within reach, and whether things work."""
