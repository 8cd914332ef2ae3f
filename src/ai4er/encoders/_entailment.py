"""How far a text entails each of several statements, by a network for textual entailment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.encoders._classifier import classifier
from ai4er.encoders.text_vector import TextVector
from ai4er.errors import Ai4erError

SENTENCES = "minilm"
_HYPOTHESES = 64  # in one pass


def entailment(spec: str, premises: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
    """P(entailment | premise, hypothesis) for every pair, (premises, hypotheses) in [0, 1].

    `spec` is a classifier of text pairs one of whose labels is entailment (`FacebookAI/roberta-large-mnli`, a folder):
    the softmax is over all its labels. `minilm`, which is no such network, stands in for one by the cosine of the two
    sentence vectors, negative ones as 0. Raises `Ai4erError` for a classifier without that label.
    Source: Yin et al., "Benchmarking Zero-shot Text Classification", EMNLP 2019, arXiv 1909.00161.
    """
    if not premises or not hypotheses:
        return np.zeros((len(premises), len(hypotheses)), np.float32)
    if spec == SENTENCES:
        vectors = np.stack(TextVector(encoder=SENTENCES).extract([*premises, *hypotheses]))
        return (vectors[: len(premises)] @ vectors[len(premises) :].T).clip(0, 1)
    import torch

    found = classifier(spec)
    columns = [place for place, name in enumerate(found.names) if name.startswith("entail")]
    if found.reads != "text" or not columns:
        raise Ai4erError(
            f"{spec} has the labels {', '.join(found.names)}, none of which is entailment: name a network trained for "
            "natural language inference, such as FacebookAI/roberta-large-mnli"
        )
    longest = min(found.prepare.model_max_length, found.network.config.max_position_embeddings - 2)
    rows = []
    with torch.inference_mode():
        for premise in premises:
            row = []
            for start in range(0, len(hypotheses), _HYPOTHESES):
                part = list(hypotheses[start : start + _HYPOTHESES])
                pairs = found.prepare(
                    [premise] * len(part), part, padding=True, truncation="only_first", max_length=longest,
                    return_tensors="pt",
                )  # fmt: skip
                row.append(found.network(**pairs).logits.softmax(-1)[:, columns[0]])
            rows.append(torch.cat(row))
    scores: np.ndarray = torch.stack(rows).float().numpy()
    return scores
