"""The case: its verbs, the steps of a closing, the documents issued."""
