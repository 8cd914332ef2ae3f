"""Losses that two or more systems share, under the names of the field."""
