"""Margin disparity discrepancy: how far two classifiers that agree on one domain can disagree on another."""

from __future__ import annotations

from torch import Tensor


def margin_disparity(
    source: Tensor, source_adversary: Tensor, target: Tensor, target_adversary: Tensor, gamma: float
) -> dict[str, Tensor]:
    """gamma CE(f(s), f'(s)) on the source, and CE(f(t), 1 - f'(t)) on the target, CE(p, q) = -sum p log q.

    Logits (items, classes) of classifier f and adversary f' on each domain -> the terms `source` and `target`, means
    over their items. f gives soft targets and gets no gradient. 1 - f' is divided by its sum, classes - 1, and the
    probabilities under the logarithm are at least 1e-7. The adversary minimises the sum; a gradient that is reversed
    below it makes features on which no adversary can disagree.
    Source: Zhang et al., "Bridging Theory and Algorithm for Domain Adaptation", ICML 2019, section 5, where
    the target term is -log(1 - f'_y) with y the class that f predicts; here f's probabilities weigh all classes.
    """
    agreed = -(source.softmax(1).detach() * source_adversary.log_softmax(1)).sum(1).mean()
    others = (1 - target_adversary.softmax(1)) / (target_adversary.shape[1] - 1)
    opposed = -(target.softmax(1).detach() * others.clamp(min=1e-7).log()).sum(1).mean()
    return {"source": gamma * agreed, "target": opposed}
