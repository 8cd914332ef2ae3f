"""Batch normalisation for which a batch may be a single item."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class BatchNormalisation(nn.BatchNorm1d):
    """`nn.BatchNorm1d` of vectors (items, features); one item alone, which has no variance, takes the running one."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) == 1:
            return functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)
