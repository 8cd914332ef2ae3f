"""DualGATs: two graph attention networks over one dialogue, one on discourse links and one on speaker relations.

The discourse view follows who answers or elaborates what, the speaker view who speaks before or after whom. After each
layer a bi-affine cross attention builds the input of each view from the states of the other one, and a difference
loss keeps the two views apart. Reference: Zhang, Chen, Chen, "DualGATs: Dual Graph Attention Networks for
Emotion Recognition in Conversations", ACL 2023 (acl-long.408).

Known: everything but how the interaction starts (sheet checked against the released code). Substituted: the released
discourse parser cannot be had; links come from the corpus where it has them, else from the rules in `_discourse.py`.
The vectors are those of a frozen RoBERTa-large; the paper fine-tuned it on the utterances first (name such a folder as
the encoder). Chosen: the interaction and the difference loss leave out padded turns (the released code has them in); a
turn that one dialogue of the batch alone has is not centred in the difference loss, since it would vanish; the weights
of the interaction start as the identity over sqrt(hidden), so that a turn first reads the other view's state of itself
and of similar turns. The defaults are those of MELD; dropout is 0.2 for IEMOCAP, 0.1 for EmoryNLP and 0.4 for
DailyDialog, which has 3 layers, batches of 64, rate 5e-5 and is selected by micro_f1_without_neutral.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.nn.relational_graph_attention import RelationalGraphAttention
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.conversation._discourse import RELATIONS, discourse_relations

View = Literal["speaker", "discourse"]
RELATION_IDS: dict[View, int] = {"speaker": 6, "discourse": len(RELATIONS) + 2}
"""Speaker: none, self, same later, same earlier, other later, other earlier. Discourse: none, the types, self."""


class Config(SystemConfig):
    """The released values for MELD; a view can be left out, and so can the interaction."""

    offline: ClassVar[dict[str, Any]] = {"inputs": {"text": "text_vector:encoder=minilm,normalise=false"}, "epochs": 20}

    inputs: dict[str, str] = {"text": "text_vector:encoder=roberta-large,pooling=first,normalise=false"}
    views: tuple[View, ...] = ("speaker", "discourse")
    interaction: bool = True
    hidden: int = 300
    layers: int = 2
    heads: int = 2
    dropout: float = 0.3
    difference_weight: float = 0.3
    difference_epsilon: float = 1e-6
    learning_rate: float = 1e-4
    clip: float = 5.0
    batch_size: int = 32
    epochs: int = 60
    select: str = "weighted_f1"

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"text": "text_vector:encoder=tiny,normalise=false"},
            hidden=24, dropout=0.1, epochs=8, batch_size=8, learning_rate=3e-3,
        )  # fmt: skip


def speaker_relations(speakers: Tensor, real: Tensor) -> Tensor:
    """Relation ids of all pairs, row = receiving turn: speakers and real (batch, turns) -> (batch, turns, turns)."""
    order = torch.arange(speakers.shape[1], device=speakers.device)
    later = order.unsqueeze(0) > order.unsqueeze(1)
    same = speakers.unsqueeze(2) == speakers.unsqueeze(1)
    ids = torch.where(same, torch.where(later, 2, 3), torch.where(later, 4, 5))
    ids = torch.where(order.unsqueeze(0) == order.unsqueeze(1), 1, ids)
    return ids * (real.unsqueeze(2) & real.unsqueeze(1))


def difference_loss(speaker: Tensor, discourse: Tensor, real: Tensor, epsilon: float) -> Tensor:
    """1 / (mean over dialogues of ||S~ - D~|| + epsilon), S~ and D~ centred over the batch and of length 1.

    speaker and discourse (batch, turns, features), real (batch, turns). The lengths are not differentiated.
    """
    sides = []
    for view in (speaker, discourse):
        weights = real.unsqueeze(-1).to(view.dtype)
        dialogues = weights.sum(0)
        mean = (view * weights).sum(0) / dialogues.clamp(min=1)
        centred = ((view - mean * (dialogues > 1)) * weights).flatten(1)
        sides.append(centred / (centred.detach().norm(dim=1, keepdim=True) + 1e-6))
    return 1 / ((sides[0] - sides[1]).norm(dim=1).mean() + epsilon)


class GraphLayer(nn.Module):
    """y = heads(dropout(x)), z = GELU(out head(dropout(y))), out = LN(x + linear(z)); GELU after the inner heads.

    x (batch, turns, hidden), relations (batch, turns, turns) -> out (batch, turns, hidden).
    """

    def __init__(self, hidden: int, relations: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.inner = RelationalGraphAttention(hidden, hidden, relations, heads, dropout)
        self.outer = RelationalGraphAttention(heads * hidden, hidden, relations, 1, dropout)
        self.linear = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, relations: Tensor) -> Tensor:
        y, _ = self.inner(self.dropout(x), relations)
        z, _ = self.outer(self.dropout(functional.gelu(y)), relations)
        return self.norm(x + self.linear(functional.gelu(z)))


class Interaction(nn.Module):
    """S' = softmax(S W1 D^T) D and D' = softmax(D W2 S^T) S, over real turns."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.to_discourse = nn.Linear(hidden, hidden, bias=False)
        self.to_speaker = nn.Linear(hidden, hidden, bias=False)
        for linear in (self.to_discourse, self.to_speaker):
            nn.init.eye_(linear.weight)
            with torch.no_grad():
                linear.weight.mul_(hidden**-0.5)

    def forward(self, speaker: Tensor, discourse: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        from_discourse = self._read(self.to_discourse(speaker), discourse, real)
        return from_discourse, self._read(self.to_speaker(discourse), speaker, real)

    @staticmethod
    def _read(query: Tensor, states: Tensor, real: Tensor) -> Tensor:
        scores = query @ states.transpose(1, 2)
        return scores.masked_fill(~real.unsqueeze(1), torch.finfo(scores.dtype).min).softmax(-1) @ states


class Network(nn.Module):
    """Projection, the layers of each view with their interaction, and the classifier that also sees the input."""

    def __init__(self, config: Config, features: int, classes: int) -> None:
        super().__init__()
        hidden = config.hidden
        self.projection = nn.Linear(features, hidden)
        self.views = nn.ModuleDict()
        for view in (view for view in RELATION_IDS if view in config.views):
            layers = (
                GraphLayer(hidden, RELATION_IDS[view], config.heads, config.dropout) for _ in range(config.layers)
            )
            self.views[view] = nn.ModuleList(layers)
        self.interaction = Interaction(hidden) if config.interaction and len(self.views) == 2 else None
        self.dropout = nn.Dropout(config.dropout)
        self.body = nn.Sequential(
            nn.Linear(len(self.views) * hidden + features, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.classifier = nn.Linear(hidden, classes)

    def streams(
        self, x: Tensor, relations: dict[str, Tensor], real: Tensor
    ) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
        """The last states of each view, and what each layer of graph attention gave: (batch, turns, hidden)."""
        states = dict.fromkeys(self.views, self.projection(x).relu())
        layers = []
        for number, pair in enumerate(zip(*self.views.values())):
            if number:
                states = {view: self.dropout(state) for view, state in states.items()}
            states = {view: layer(states[view], relations[view]) for view, layer in zip(self.views, pair)}
            layers.append(states)
            if self.interaction is not None:
                states = dict(zip(states, self.interaction(states["speaker"], states["discourse"], real)))
        return states, layers

    def forward(
        self, x: Tensor, relations: dict[str, Tensor], real: Tensor
    ) -> tuple[Tensor, Tensor, list[dict[str, Tensor]]]:
        """x (batch, turns, features) -> logits, last hidden states, and the states that each layer gave."""
        states, layers = self.streams(x, relations, real)
        hidden = self.body(torch.cat([*states.values(), x], dim=-1))
        return self.classifier(hidden), hidden, layers


def _reported(corpus: str, value: float) -> Reported:
    return Reported(
        corpus=corpus, protocol="official", metric="weighted_f1", value=value, certainty="second-hand",
        note="as InstructERC's table gives it",
    )  # fmt: skip


class DualGATs(System[Config]):
    """Utterance vectors of whole dialogues -> class logits of every turn."""

    config_class = Config
    unit = "dialogue"
    toy = "synthetic_dialogue"
    card = Card(
        title="DualGATs: Dual Graph Attention Networks for Emotion Recognition in Conversations",
        venue="ACL", year=2023, paper="acl-long.408", inputs=("text",), task="single label",
        official_code="BladeDancer957/DualGATs", licence="none",
        reported=(
            _reported("iemocap", 0.6768), _reported("meld", 0.6690), _reported("emorynlp", 0.4029),
            Reported(
                corpus="dailydialog", protocol="official", metric="micro_f1_without_neutral", value=0.6184,
                certainty="memory",
            ),
        ),
        diagnostic=Diagnostic(
            mechanism="dialogue_context", margin=0.08,
            settings={
                "inputs": {"text": "array:name=text"}, "hidden": 48, "batch_size": 16, "epochs": 15,
                "learning_rate": 2e-3,
            },
            ablation={"views": ["speaker"]}, removes="the discourse view",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes["text"][0], space.size)

    def collate(self, items: Sequence[Any]) -> Batch:
        """Dialogues as one batch with `extras["discourse"]`, the relation ids (batch, turns, turns)."""
        batch = super().collate(items)
        return dataclasses.replace(batch, extras={"discourse": discourse_relations(items)})

    def forward(self, batch: Batch) -> Outputs:
        relations = {
            "speaker": speaker_relations(batch.speakers, batch.turn_mask),
            "discourse": batch.extras["discourse"],
        }
        logits, hidden, layers = self.network(batch["text"], relations, batch.turn_mask)
        return Outputs(logits=logits, embedding=hidden, extras={"layers": layers})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy over the labelled turns, and the mean difference loss of the layers."""
        labelled = (batch.targets != UNLABELLED).sum().clamp(min=1)
        cross_entropy = functional.cross_entropy(
            outputs.logits.flatten(0, 1), batch.targets.flatten(), ignore_index=UNLABELLED, reduction="sum"
        )
        terms = {"cross_entropy": cross_entropy / labelled}
        if len(self.network.views) == 2:
            layers = [
                difference_loss(states["speaker"], states["discourse"], batch.turn_mask, self.config.difference_epsilon)
                for states in outputs.extras["layers"]
            ]
            terms["difference"] = self.config.difference_weight * torch.stack(layers).mean()
        return terms

    def stages(self) -> list[Stage]:
        """One stage at a constant learning rate; the best validation epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.AdamW(self.parameters(), config.learning_rate, eps=1e-6, weight_decay=0.0)
            return [Optimisation(optimiser)]

        return [Stage("train", config.epochs, config.batch_size, optimise, select=config.select, clip=config.clip)]
