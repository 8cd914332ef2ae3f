"""Evaluation: predictions, metrics, confidence intervals, plots and tables of results."""
