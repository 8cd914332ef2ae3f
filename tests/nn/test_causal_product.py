"""The causal product equals a padded convolution, with its gradients."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch.nn import functional

from ai4er.nn.causal_product import causal_product


@pytest.mark.parametrize("dilation", [1, 3, 40])
def test_it_equals_the_padded_convolution(dilation: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 25, 8, dtype=torch.float64)
    weight = torch.randn(2, 3, 8, 5, dtype=torch.float64)
    for stream in range(2):
        padded = functional.pad(x[stream].T, (2 * dilation, 0)).unsqueeze(0)
        wanted = functional.conv1d(padded, weight[stream].permute(2, 1, 0), dilation=dilation)[0].T
        torch.testing.assert_close(causal_product(x, weight, [2 * dilation, dilation, 0])[stream], wanted)


@pytest.mark.parametrize("shifts", [[2, 0], [30, 0]])
def test_its_gradients_are_right(shifts: list[int]) -> None:
    x = torch.randn(2, 7, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda *given: causal_product(*given, shifts), (x, weight))


def test_it_does_not_load_the_compiler() -> None:
    code = (
        "import sys, torch; from ai4er.nn.causal_product import causal_product; "
        "causal_product(torch.randn(2, 9, 8), torch.randn(2, 2, 8, 8), [2, 0]); print('torch._dynamo' in sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "False", "two seconds more for everybody who recognises one file"


def test_it_is_a_proper_operator() -> None:
    x, weight = torch.randn(2, 7, 3, requires_grad=True), torch.randn(2, 2, 3, 4, requires_grad=True)
    torch.library.opcheck(torch.ops.ai4er.causal_product.default, (x, weight, [2, 0]))


def test_autocast_casts_it_like_a_matrix_product() -> None:
    x, weight = torch.randn(2, 7, 8, requires_grad=True), torch.randn(2, 2, 8, 8, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        found = causal_product(x, weight, [2, 0])
    assert found.dtype == torch.bfloat16
    found.float().sum().backward()
    assert x.grad is not None and x.grad.dtype == torch.float32
    torch.testing.assert_close(found.float(), causal_product(x, weight, [2, 0]), atol=0.2, rtol=0.05)
