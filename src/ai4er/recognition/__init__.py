"""From a recording, a text or a dialogue to segments with distributions."""
