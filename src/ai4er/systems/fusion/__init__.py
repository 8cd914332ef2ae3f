"""Systems that join speech, text and video."""
