"""Losses by which a network learns from another: from its softened distributions and from its hidden features."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def softened_divergence(student: Tensor, teacher: Tensor, temperature: float = 1.0) -> Tensor:
    """t^2 KL(softmax(z_T / t) || softmax(z_S / t)), mean over the items: logits (items, classes) twice -> a scalar.

    The factor keeps the size of the gradient when t changes. Nothing is detached.
    Source: Hinton et al., "Distilling the Knowledge in a Neural Network", 2015, arXiv 1503.02531, section 2.

    >>> import torch
    >>> softened_divergence(torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 2.0]])).item()
    0.0
    """
    wanted, found = ((logits / temperature).log_softmax(-1) for logits in (teacher, student))
    return temperature**2 * functional.kl_div(found, wanted, reduction="batchmean", log_target=True)


def decoupled_divergences(
    student: Tensor, teacher: Tensor, targets: Tensor, temperature: float = 1.0
) -> tuple[Tensor, Tensor]:
    """t^2 TCKD and t^2 NCKD, the parts of the divergence that are about the target class and about all other classes.

    With p the softened distribution and y the target: TCKD = KL([p_y, 1 - p_y]^T || [p_y, 1 - p_y]^S), and NCKD =
    KL(q^T || q^S), q_i = p_i / (1 - p_y) over i != y. KL(p^T || p^S) = TCKD + (1 - p_y^T) NCKD for every item.
    Logits (items, classes) twice, targets (items,) -> two scalars, means over the items. Nothing is detached.
    Source: Zhao et al., "Decoupled Knowledge Distillation", CVPR 2022, equations 5 to 7.
    """
    mine, whose = _decoupled(student / temperature, targets), _decoupled(teacher / temperature, targets)
    target, other = (
        temperature**2 * functional.kl_div(found, wanted, reduction="batchmean", log_target=True)
        for found, wanted in zip(mine, whose)
    )
    return target, other


def _decoupled(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """log [p_y, 1 - p_y], (items, 2), and log q, (items, classes - 1)."""
    others = functional.one_hot(targets, logits.shape[1]) == 0
    rest = logits[others].view(len(logits), -1)
    pair = torch.stack([logits[~others], rest.logsumexp(1)], dim=1)
    return pair.log_softmax(1), rest.log_softmax(1)


def layer_prediction_loss(predicted: Tensor, target: Tensor, mask: Tensor, weight: float = 1.0) -> Tensor:
    """|p - t|_1 / D - w log sigmoid(cos(p, t)), mean over the real frames: (batch, frames, D) twice -> a scalar.

    mask (batch, frames) is True on real frames. At p = t it is w log(1 + 1/e), not 0.
    Source: Chang et al., "DistilHuBERT", ICASSP 2022, arXiv 2110.01900, equation 1.

    >>> import torch
    >>> x = torch.ones(1, 2, 4)
    >>> round(layer_prediction_loss(x, x, x[..., 0] > 0).item(), 4)
    0.3133
    """
    distance = (predicted - target).abs().mean(-1)
    agreement = functional.logsigmoid(functional.cosine_similarity(predicted, target, dim=-1))
    return ((distance - weight * agreement) * mask).sum() / mask.sum().clamp(min=1)
