"""Binary cross-entropy where each item says of some of the labels only whether they apply."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def label_masked_cross_entropy(logits: Tensor, targets: Tensor, annotated: Tensor) -> Tensor:
    """L = 1 / (C B) sum_b 1 / |A_b| sum_(c in A_b) BCE(z_bc, y_bc), A_b the labels that are annotated for item b.

    logits z, targets y and booleans annotated, (items, labels) each -> a scalar. An item counts the same whatever the
    number of its labels; targets of other labels are not read, and their logits get no gradient.
    Source: the released training of Cahyawijaya et al., "Cross-Lingual Cross-Age Group Adaptation for Low-Resource
    Elderly Speech Emotion Recognition", Interspeech 2023.

    >>> import torch
    >>> z, y, said = torch.zeros(1, 2), torch.tensor([[1.0, float("nan")]]), torch.tensor([[True, False]])
    >>> label_masked_cross_entropy(z, y, said).mul(2).exp()
    tensor(2.)
    """
    losses = functional.binary_cross_entropy_with_logits(logits[annotated], targets[annotated], reduction="none")
    shares = annotated / annotated.sum(1, keepdim=True).clamp(min=1)
    return (losses * shares[annotated]).sum() / annotated.numel()
