"""Systems that make more of their training data."""
