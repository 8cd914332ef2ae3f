"""Training: fitting a system to the folds of a protocol, and the run folder that this leaves."""

from ai4er.training.options import Options

__all__ = ["Options"]
