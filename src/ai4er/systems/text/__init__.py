"""Systems that read."""
