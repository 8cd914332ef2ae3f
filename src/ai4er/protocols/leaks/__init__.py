"""What folds and split files share between training and test."""
