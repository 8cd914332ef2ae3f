"""HypEmo: cross-entropy weighted by the distance of a text to its label in a hyperbolic label tree.

Emotion labels form a tree, and trees embed in the Poincare ball with little distortion; so the labels
are embedded there from their tree alone. A text classifier is trained in Euclidean space, and each
text's cross-entropy counts as much as the text, projected onto the ball, is far from its label.
Reference: Chen, Hung, Hsu and Ku, "Label-Aware Hyperbolic Embeddings for Fine-grained Emotion
Classification", ACL 2023, arXiv 2306.14822.

Known: all sizes, losses, and the training of both parts; the tree of GoEmotions. Chosen: the places of
the 32 labels of EmpatheticDialogues in their tree, and a tree by valence for Ekman-like label spaces
(`_label_trees.py`); element-wise Adam for projector and decoder (the release keeps one second moment a
row); the learning rate of these two halved every 10 steps as released; negatives drawn with
replacement; evaluation without dropout and F1 of (target, prediction), where the release does neither.
`--offline` takes MiniLM, 48 tokens, a learning rate of 1e-4, the projector's rate halved every 50 steps,
batches of 64 and 2 epochs: about ten minutes on two cores for GoEmotions.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders import pretrained
from ai4er.labels import LabelSpace
from ai4er.nn.poincare import MobiusLinear, distance, expmap0, logmap0, project
from ai4er.nn.poincare_tree import TreeEmbedding
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.text._label_trees import label_tree


class Config(SystemConfig):
    """The released values for GoEmotions; EmpatheticDialogues: alpha 1, gamma 0.25, tree_negatives 9.

    `distance_weight=False` leaves every weight at 1. `tree` is `auto`, a name or a nested mapping.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"tokens": "token_ids:encoder=minilm,max_length=48"},
        "encoder": "minilm",
        "learning_rate": 1e-4,
        "projector_halving": 50,
        "batch_size": 64,
        "epochs": 2,
    }

    inputs: dict[str, str] = {"tokens": "token_ids:encoder=roberta-base,max_length=200"}
    encoder: str = "roberta-base"
    ball_size: int = 100
    dropout: float = 0.1
    alpha: float = 0.9
    gamma: float = 0.1
    distance_weight: bool = True
    tree: str | dict[str, Any] = "auto"
    tree_negatives: int = 4
    tree_learning_rate: float = 0.025
    tree_burn_in: int = 20
    tree_epochs: int = 2000
    tree_batch_size: int = 16
    tree_seed: int = 7
    learning_rate: float = 1e-5
    weight_decay: float = 1e-2
    projector_learning_rate: float = 0.01
    projector_halving: int = 10
    batch_size: int = 100
    epochs: int = 20

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"tokens": "token_ids:encoder=tiny,max_length=48"}, encoder="tiny", ball_size=20,
            tree_epochs=200, learning_rate=3e-3, projector_halving=50, batch_size=16, epochs=8,
        )  # fmt: skip

    def tree_embedding(self) -> TreeEmbedding:
        """How the label tree is embedded."""
        return TreeEmbedding(
            self.ball_size, self.tree_negatives, self.tree_learning_rate, self.tree_burn_in, self.tree_epochs,
            self.tree_batch_size, self.tree_seed,
        )  # fmt: skip


class TextVector(nn.Module):
    """The first token's state through a linear layer, dropout and ReLU: (batch, hidden) -> the same."""

    def __init__(self, hidden: int, dropout: float) -> None:
        super().__init__()
        self.linear = nn.Linear(hidden, hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, first: Tensor) -> Tensor:
        h: Tensor = self.dropout(self.dropout(self.linear(first)).relu())
        return h


class HyperbolicProjector(nn.Module):
    """Text vectors (batch, hidden) -> points of the ball (batch, ball_size) with coordinates >= 0."""

    def __init__(self, hidden: int, ball_size: int, dropout: float) -> None:
        super().__init__()
        self.linear = MobiusLinear(hidden, ball_size, dropout)

    def forward(self, h: Tensor) -> Tensor:
        z = self.linear(project(expmap0(h.float())))
        return project(expmap0(logmap0(z).relu()))


_SPLIT = "official"
_PLACES = ("mild", "strong", "sudden", "lasting")
_TREE: dict[str, Any] = {
    half: {
        branch: {f"{place} {branch}": {} for place in ("mild", "strong", "sudden", "lasting")} for branch in branches
    }
    for half, branches in (("pleasant", ("joy", "love")), ("unpleasant", ("anger", "fear")))
}
"""That of the diagnostic `label_hierarchy`."""


class HypEmo(System[Config]):
    """Token ids -> class logits; projector, decoder and label points serve the training only."""

    config_class = Config
    toy = "synthetic_text"
    label_points: Tensor
    card = Card(
        title="Label-Aware Hyperbolic Embeddings for Fine-grained Emotion Classification",
        venue="ACL", year=2023, paper="arXiv 2306.14822", inputs=("text",), task="single label",
        official_code="dinobby/HypEmo",
        reported=(
            Reported(corpus="goemotions", protocol=_SPLIT, metric="wa", value=0.654, certainty="memory"),
            Reported(corpus="goemotions", protocol=_SPLIT, metric="weighted_f1", value=0.637, certainty="memory"),
            Reported(corpus="empathetic_prompts", protocol=_SPLIT, metric="wa", value=0.596, certainty="memory"),
            Reported(
                corpus="empathetic_prompts", protocol=_SPLIT, metric="weighted_f1", value=0.61, certainty="memory"
            ),
        ),
        diagnostic=Diagnostic(
            mechanism="label_hierarchy", margin=0.08, metric="ua",
            settings={"tree": _TREE, "epochs": 100, "batch_size": 64, "learning_rate": 5e-3, "weight_decay": 0.0},
            ablation={"distance_weight": False, "gamma": 0.0}, removes="distance weights and hyperbolic loss",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.tree = label_tree(config.tree, space)
        self.encoder = pretrained(config.encoder, "text")
        self.encoder.pooler = None  # type: ignore[assignment]  # `text_vector` takes its place
        hidden = self.encoder.config.hidden_size
        self.text_vector = TextVector(hidden, config.dropout)
        self.classifier = nn.Linear(hidden, space.size)
        self.projector = HyperbolicProjector(hidden, config.ball_size, config.dropout)
        self.decoder = nn.Linear(config.ball_size, space.size)
        self.register_buffer("label_points", torch.zeros(space.size, config.ball_size, dtype=torch.float64))

    def embed_labels(self, data: StageData) -> None:
        """The first stage: the points of the classes on the ball, from the label tree alone."""
        points = self.config.tree_embedding().fit(self.tree.ancestors)
        self.label_points.copy_(points[list(self.tree.classes)])

    def forward(self, batch: Batch) -> Outputs:
        tokens: Padded = batch["tokens"]
        states = self.encoder(input_ids=tokens.data, attention_mask=tokens.mask.long()).last_hidden_state
        h = self.text_vector(states[:, 0])
        return Outputs(logits=self.classifier(h), embedding=h)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """alpha * mean(w * CE) + gamma * (mean NLL of the decoder - sum <z, label>)."""
        z = self.projector(outputs.embedding)
        likelihood = functional.cross_entropy(self.decoder(logmap0(z)), batch.targets)
        alignment = (z * self.label_points[batch.targets]).sum().to(z.dtype)
        return {
            "weighted_cross_entropy": self.config.alpha * self.weighted_cross_entropy(outputs.logits, z, batch.targets),
            "decoder": self.config.gamma * likelihood,
            "alignment": -self.config.gamma * alignment,
        }

    def weighted_cross_entropy(self, logits: Tensor, z: Tensor, targets: Tensor) -> Tensor:
        """Mean of w * CE; w = d(z, label) is a constant: it teaches nothing to the projector."""
        cross_entropy = functional.cross_entropy(logits, targets, reduction="none")
        if not self.config.distance_weight:
            return cross_entropy.mean()
        weights = distance(z.detach().double(), self.label_points[targets])
        return (weights.to(cross_entropy.dtype) * cross_entropy).mean()

    def stages(self) -> list[Stage]:
        """The labels are embedded before the first step; then both parts learn, each at its own rate."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            text = [*self.encoder.parameters(), *self.text_vector.parameters(), *self.classifier.parameters()]
            ball = [*self.projector.parameters(), *self.decoder.parameters()]
            projector = torch.optim.Adam(ball, config.projector_learning_rate)
            halving = torch.optim.lr_scheduler.StepLR(projector, config.projector_halving, gamma=0.5)
            return [
                Optimisation(torch.optim.Adam(text, config.learning_rate, weight_decay=config.weight_decay)),
                Optimisation(projector, halving),
            ]

        return [
            Stage(
                "classifier", config.epochs, config.batch_size, optimise, select="weighted_f1",
                before="embed_labels", buckets=True,
            )
        ]  # fmt: skip
