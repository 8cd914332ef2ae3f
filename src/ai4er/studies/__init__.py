"""Published evaluations that run over systems: `ai4er study NAME`."""
