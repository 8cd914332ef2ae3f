"""Systems that carry over to another corpus or speaker."""
