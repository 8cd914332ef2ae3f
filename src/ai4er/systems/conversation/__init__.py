"""Systems that follow a dialogue."""
