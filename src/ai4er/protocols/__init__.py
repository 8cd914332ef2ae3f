"""Protocols: how records become folds, and what each one guarantees."""
