"""Changes of training items and recordings: mixing, noise."""
