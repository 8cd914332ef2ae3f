"""The ConvNeXt branch is its definition, channel by channel."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.nn.convnext import ConvNeXtBranch


def test_it_is_its_definition() -> None:
    torch.manual_seed(0)
    branch, x = ConvNeXtBranch(4, kernel=5), torch.randn(2, 9, 4)
    kernel, bias = branch.depthwise.weight[:, 0], branch.depthwise.bias
    assert bias is not None
    windows = functional.pad(x, (0, 0, 2, 2)).unfold(1, 5, 1)  # (batch, time, features, kernel)
    mixed = (windows * kernel).sum(-1) + bias
    wide, _, narrow = branch.pointwise
    wanted = narrow(functional.gelu(wide(functional.layer_norm(mixed, (4,), branch.norm.weight, branch.norm.bias))))
    torch.testing.assert_close(branch(x), wanted)
    assert wide.out_features == 16
