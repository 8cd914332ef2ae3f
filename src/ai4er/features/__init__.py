"""Front ends: deterministic feature extractors, batched and cached."""
