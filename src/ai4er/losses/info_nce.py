"""InfoNCE with named negatives: each vector finds its own counterpart among vectors that it must differ from."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def info_nce(queries: Tensor, positives: Tensor, keys: Tensor, negative: Tensor, temperature: float) -> Tensor:
    """mean_i -log( e^(cos(q_i, p_i) / t) / ( e^(cos(q_i, p_i) / t) + sum_{j in N(i)} e^(cos(q_i, k_j) / t) ) ).

    queries q and positives p (items, features), keys k (keys, features); negative (items, keys) is True where j is in
    N(i). The mean is over the items that have a negative; it is 0 where none has.
    Source: van den Oord et al., "Representation Learning with Contrastive Predictive Coding", 2018, arXiv 1807.03748,
    equation 4, with the cosine as the score.

    >>> x = torch.eye(2)
    >>> info_nce(x, x, x, ~torch.eye(2, dtype=torch.bool), 1.0).exp()  # 1 + 1 / e
    tensor(1.3679)
    """
    own = functional.cosine_similarity(queries, positives, dim=1) / temperature
    others = functional.normalize(queries, dim=1) @ functional.normalize(keys, dim=1).t() / temperature
    others = others.masked_fill(~negative, torch.finfo(others.dtype).min)
    each = torch.cat([own.unsqueeze(1), others], dim=1).logsumexp(1) - own
    counted = negative.any(1)
    return (each * counted).sum() / counted.sum().clamp(min=1)
