"""Generated corpora on which one mechanism decides the score."""
