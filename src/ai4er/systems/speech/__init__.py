"""Systems that hear."""
