"""EmoGT: a transformer over time whose attention projections are graph convolutions over electrodes.

Every electrode attends over time with queries, keys and values that are already mixed with those of its
neighbours, so that one block sees time and space at once; which electrodes are neighbours is learned. The
block is elastic: a second modality (eye movements) joins as one more node of the graph, by cross-attention,
or behind an encoder of its own. Reference: "Elastic Graph Transformer Networks for EEG-Based Emotion
Recognition" (EmoGT), ICASSP 2023, OpenReview yG1Jxd-IVP.

Known: the idea (abstract) and the features of the group's corpora. The paper's numbers were not found; all
sizes and the recipe are inferred. Chosen: a sample is a group of `windows` windows around each window of a
record (behind its edges the edge is repeated), carries the label of the record, and the logits of all groups of
a record are averaged; one batch of records gives `updates` optimiser steps on groups drawn from it. Electrodes
are pooled by attention. A starts from electrode places for 62 channels (SEED cap) and 4 channels (Muse
headband), else from 1 on the diagonal and 1 / channels elsewhere; its L1 norm is divided by the number of
nodes (undivided, its gradient is ten times that of the cross-entropy and empties the graph). Features are
centred and scaled by channel and band with the statistics of the training part: the sheet's z-score per
subject would look at the tested person's other trials, and one per record would remove the band powers that
tell the classes apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.attention_pooling import AttentionPooling
from ai4er.nn.cross_attention import CrossAttention
from ai4er.nn.learned_adjacency import LearnedGraph, convolve, electrode_prior
from ai4er.nn.overlapping_groups import mean_by, overlapping_groups
from ai4er.nn.standardisation import Standardisation
from ai4er.nn.temporal_transformer import TemporalTransformer
from ai4er.nn.transformer_block import SelfAttention
from ai4er.systems._schedules import cosine
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.card import Card, Diagnostic

_CHUNK = 256  # groups that are computed at once: a long clip has hundreds


class Config(SystemConfig):
    """The sheet's values. `batch_size` counts groups, `records` the records that they are drawn from.

    Every fusion but `none` needs an input `eye`, (statistics,) or (windows, statistics) beside those of the
    EEG. Without `graph`, A_hat is the identity: every electrode is on its own until the readout.
    """

    inputs: dict[str, str] = {"eeg": "differential_entropy:sample_rate=200,window=1.0,bands=seed,smoothing=kalman"}
    fusion: Literal["none", "early", "cross", "late"] = "none"
    windows: int = pydantic.Field(10, ge=1)
    features: int = 64
    heads: int = 4
    inner: int = 128
    blocks: int = pydantic.Field(2, ge=1)
    graph: bool = True
    dropout: float = 0.3
    sparsity: float = 1e-3
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    batch_size: int = pydantic.Field(64, ge=1)
    records: int = pydantic.Field(64, ge=1)
    updates: int = pydantic.Field(16, ge=1)
    epochs: int = 100

    @classmethod
    def small(cls) -> Self:
        return cls(
            windows=4, features=16, heads=2, inner=32, blocks=1, dropout=0.1, learning_rate=5e-3, records=16,
            updates=1, epochs=10,
        )  # fmt: skip


class GraphTransformerBlock(nn.Module):
    """S = ReLU(A_hat H W); U = LN(S + attention(A_hat S)) over time; LN(U + FFN(U)).

    Since A_hat acts on nodes and the projections on features, queries, keys and values of A_hat S are the graph
    convolutions A_hat S W_q, A_hat S W_k, A_hat S W_v.
    forward: x (groups, nodes, time, features), a_hat ([groups,] nodes, nodes) -> the same shape as x, and the
    attention weights (groups, nodes, time, time) averaged over the heads.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        size = config.features
        self.spatial = nn.Linear(size, size, bias=False)
        self.attention = SelfAttention(size, config.heads)
        self.norm1 = nn.LayerNorm(size)
        self.feed_forward = nn.Sequential(
            nn.Linear(size, config.inner), nn.GELU(), nn.Dropout(config.dropout), nn.Linear(config.inner, size)
        )
        self.norm2 = nn.LayerNorm(size)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, a_hat: Tensor) -> tuple[Tensor, Tensor]:
        groups, time = len(x), x.shape[2]
        x = convolve(a_hat, self.spatial(x)).relu()
        everywhere = torch.ones(1, time, time, dtype=torch.bool, device=x.device)
        attended, weights = self.attention(convolve(a_hat, x).flatten(0, 1), everywhere)
        x = self.norm1(x + self.dropout(attended.unflatten(0, (groups, -1))))
        return self.norm2(x + self.dropout(self.feed_forward(x))), weights.unflatten(0, (groups, -1))


class Network(nn.Module):
    """Embeddings, graph-transformer blocks, and the readout of the chosen fusion.

    forward: eeg (groups, time, channels, bands), eye (groups, time, statistics) and present (groups,), both None
    without a second modality -> logits (groups, classes), pooled features (groups, features or twice as many).
    """

    def __init__(self, config: Config, channels: int, bands: int, statistics: int, classes: int) -> None:
        super().__init__()
        size = config.features
        early = config.fusion == "early"
        self.node_embedding = nn.Linear(bands, size)
        self.time = nn.Parameter(0.02 * torch.randn(config.windows, size))
        self.electrodes = nn.Parameter(0.02 * torch.randn(channels, 1, size))
        self.graph = LearnedGraph(electrode_prior(channels), early) if config.graph else None
        self.blocks = nn.ModuleList(GraphTransformerBlock(config) for _ in range(config.blocks))
        self.dropout = nn.Dropout(config.dropout)
        self.pooling = AttentionPooling(size)
        self.eye_node = nn.Linear(statistics, size) if early else None
        two, shape = config.fusion in ("cross", "late"), (config.windows, config.blocks, config.heads, config.inner)
        self.eye_encoder = TemporalTransformer(statistics, size, *shape, config.dropout) if two else None
        self.crossings = nn.ModuleList(
            CrossAttention(size, config.heads, config.dropout) for _ in range(2 * (config.fusion == "cross"))
        )
        self.classifier = nn.Linear(2 * size if two else size, classes)

    def nodes(self, eeg: Tensor, eye: Tensor | None, present: Tensor | None) -> Tensor:
        """The nodes behind the last block, (groups, nodes, time, features)."""
        x = self.node_embedding(eeg).transpose(1, 2) + self.electrodes + self.time
        if self.eye_node is not None:
            x = torch.cat([x, (self.eye_node(eye) + self.time).unsqueeze(1)], dim=1)
        joined = present if self.eye_node is not None else None
        a_hat = torch.eye(x.shape[1], device=x.device) if self.graph is None else self.graph(joined)
        x = self.dropout(x)
        for block in self.blocks:
            x, _ = block(x, a_hat)
        return x

    def forward(self, eeg: Tensor, eye: Tensor | None, present: Tensor | None) -> tuple[Tensor, Tensor]:
        x = self.nodes(eeg, eye, present)
        if self.eye_encoder is None or present is None:
            there = None if present is None else functional.pad(present.unsqueeze(1), (x.shape[1] - 1, 0), value=True)
            pooled = self.pooling(x.mean(2), there)
            return self.classifier(pooled), pooled
        brain, gaze = self.pooling(x.transpose(1, 2)), self.eye_encoder(eye)
        if self.crossings:
            brain, gaze = self.crossings[0](brain, gaze, present), self.crossings[1](gaze, brain, present)
        pooled = torch.cat([brain.mean(1), gaze.mean(1) * present.unsqueeze(1)], dim=1)
        return self.classifier(pooled), pooled


class ElasticGraphTransformer(System[Config]):
    """Differential entropy of EEG windows, with or without eye movements -> class logits."""

    config_class = Config
    toy = "synthetic_eeg"
    tolerates_missing = True
    card = Card(
        title="Elastic Graph Transformer Networks for EEG-Based Emotion Recognition",
        venue="ICASSP", year=2023, paper="OpenReview yG1Jxd-IVP", inputs=("eeg", "eye movements"), task="single label",
        diagnostic=Diagnostic(
            mechanism="spatial_coherence",
            settings={"inputs": {"eeg": "array:name=eeg"}, "dropout": 0.0, "batch_size": 16, "epochs": 20},
            ablation={"graph": False},
            margin=0.25,
            metric="ua",
            removes="the graph of electrodes",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        _check(config, shapes, timed)
        channels, bands = shapes["eeg"][-2:]
        multimodal = config.fusion != "none"
        self.statistics = shapes["eye"][-1] if multimodal else 0
        self.eeg_scale = Standardisation(channels * bands)
        self.eye_scale = Standardisation(self.statistics) if multimodal else None
        self.network = Network(config, channels, bands, self.statistics, space.size)

    def collate(self, items: Sequence[Item]) -> Batch:
        """As usual; raises `Ai4erError` for a record without EEG (only eye movements may be absent)."""
        for item in items:
            if item.inputs["eeg"] is None:
                raise Ai4erError(
                    f"record {item.record.id} has no eeg, and elastic_graph_transformer needs it: "
                    "only the eye movements may be absent"
                )
        return super().collate(items)

    def prepare(self, data: StageData) -> None:
        """Take the statistics of every channel and band, and of the eye movements, from the training part."""
        self._measure(self.eeg_scale, self._eeg, data)
        if self.eye_scale is not None:
            self._measure(self.eye_scale, self._eye, data)

    def _measure(self, scale: Standardisation, part: Callable[[Batch], Padded], data: StageData) -> None:
        parts = (part(batch) for batch in data.batches("train", self.config.records))
        scale.measure((padded.data.flatten(2), padded.mask) for padded in parts)

    def _eeg(self, batch: Batch) -> Padded:
        given = batch["eeg"]
        if isinstance(given, Padded):
            return given
        return Padded(given, torch.full((len(given),), given.shape[1], device=given.device))

    def _eye(self, batch: Batch) -> Padded:
        """Eye movements with a time axis: one step where they have none, no step where they are absent."""
        there = batch.available["eye"]
        if not there.any():
            return Padded(torch.zeros(len(batch), 1, self.statistics, device=there.device), there.long())
        given = batch["eye"]
        return given if isinstance(given, Padded) else Padded(given.unsqueeze(1), there.long())

    def forward(self, batch: Batch) -> Outputs:
        """Logits are averaged over the groups of a record; `extras` holds those of the groups."""
        eeg = self._eeg(batch)
        record, steps = overlapping_groups(eeg.lengths, self.config.windows)
        if "groups" in batch.extras:
            record, steps = record[batch.extras["groups"]], steps[batch.extras["groups"]]
        parts = [self._answer(batch, *part) for part in zip(record.split(_CHUNK), steps.split(_CHUNK))]
        logits, pooled = (torch.cat(part) for part in zip(*parts))
        extras = {"logits": logits, "record": record}
        size = len(batch)
        return Outputs(mean_by(record, logits, size), embedding=mean_by(record, pooled, size), extras=extras)

    def _answer(self, batch: Batch, record: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and pooled features of groups, given their record (groups,) and windows (groups, time)."""
        eeg, rows = self._eeg(batch).data, record.unsqueeze(1)
        windows = self.eeg_scale(eeg[rows, steps].flatten(2)).unflatten(2, eeg.shape[2:])
        if self.eye_scale is None:
            logits, pooled = self.network(windows, None, None)
            return logits, pooled
        eye = self._eye(batch)
        last = (eye.lengths[record] - 1).clamp(min=0).unsqueeze(1)
        gaze = self.eye_scale(eye.data[rows, steps.minimum(last)])
        logits, pooled = self.network(windows, gaze, eye.lengths[record] > 0)
        return logits, pooled

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of every group, and the L1 norm of A by node."""
        targets = batch.targets[outputs.extras["record"]]
        terms = {"cross_entropy": functional.cross_entropy(outputs.extras["logits"], targets)}
        if self.network.graph is not None:
            learned = self.network.graph.learned()
            terms["sparsity"] = self.config.sparsity * learned.abs().sum(1).mean()
        return terms

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """`updates` optimiser steps, each on `batch_size` groups; none comes again before all have come.

        Their number is fixed, so that devices which share a training exchange gradients equally often.
        """
        total = int(self._eeg(batch).lengths.clamp(min=1).sum())
        size = min(self.config.batch_size, total)
        order = torch.randperm(total)[torch.arange(self.config.updates * size) % total]
        logged = []
        for share in order.to(batch.targets.device).split(size):
            part = dataclasses.replace(batch, extras={**batch.extras, "groups": share})
            logged.append(super().step(part, stage, optimisers, backward))
        return {name: torch.stack([terms[name].detach() for terms in logged]).mean() for name in logged[0]}

    def stages(self) -> list[Stage]:
        """One stage of Adam with cosine decay; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            adam = torch.optim.Adam(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(adam, cosine(adam, 0, steps))]

        return [Stage("train", config.epochs, config.records, optimise, before="prepare")]


def _check(config: Config, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]) -> None:
    if "eeg" not in shapes or len(shapes["eeg"]) != (2 if timed["eeg"] else 3):
        raise Ai4erError(
            "elastic_graph_transformer reads an input eeg of (windows, channels, bands), not "
            f"{shapes.get('eeg', 'none')}: use the front end differential_entropy"
        )
    if config.fusion != "none" and "eye" not in shapes:
        raise Ai4erError(
            f"fusion={config.fusion} needs an input eye: add it to inputs, such as array:name=eye, or set fusion=none"
        )
    if config.features % config.heads:
        raise Ai4erError(f"features={config.features} must be a multiple of heads={config.heads}")
