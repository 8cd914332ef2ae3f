"""From records to what a fitted system says of them: items, predictions, recognizer folders."""
