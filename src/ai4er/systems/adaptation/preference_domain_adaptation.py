"""Preference learning across corpora: the order of the source is learned where the corpora cannot be told apart.

Which of two utterances is the more aroused is more certain than how aroused each is, and an order stays what it is when
a corpus shifts or stretches its scale. A ranker learns from pairs of source utterances on top of an encoder from whose
output a domain classifier behind a gradient reversal must not tell source from target, so that the order holds in the
target, whose labels nobody has. Reference: "Unsupervised Domain Adaptation for Preference Learning Based Speech Emotion
Recognition", ICASSP 2023, IEEE 10094301.

Known: title, venue and input; no text of the paper was found, and so its results were not found. Everything else is
inferred by the sheet from the usual preference learning (pairs with a margin, RankNet) and domain-adversarial training:
sizes, margin, rates, epochs. Chosen: all pairs within a batch of source utterances that are further apart than the
margin, in place of pairs that are drawn one by one; pairs from mean ratings, not from the raters' agreement; the margin
as a share of the scale (1 of 1 to 7); z-scores of each corpus can be turned off, and then those of the source hold for
both; whatever is predicted later counts as the target's. The values are scores that order recordings, on no scale: look
at Kendall's tau and at the precision of the highest and lowest.

Offline substitute: `ai4er-small` in place of wav2vec 2.0.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.losses.ranking import ranknet_loss
from ai4er.nn.gradient_reversal import reverse_gradient
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.pooling import masked_mean
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import need_vectors
from ai4er.systems.adaptation._paired import PairedSystem
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, SystemConfig
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card, Diagnostic


class Config(SystemConfig):
    """`reversal` is the last value of lambda, `margin` a share of the scale; `by_corpus` z-scores each corpus.

    `reconstruction` weighs the squared error of a decoder of both corpora's vectors; without it there is none.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small"}, "learning_rate": 1e-3,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=facebook/wav2vec2-large-robust"}
    by_corpus: bool = True
    inner: int = pydantic.Field(512, ge=1)
    dim: int = pydantic.Field(256, ge=1)
    head: int = pydantic.Field(128, ge=1)
    dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    margin: float = pydantic.Field(1 / 6, ge=0)
    reversal: float = pydantic.Field(1.0, ge=0)
    reconstruction: float = pydantic.Field(0.0, ge=0)
    learning_rate: float = 1e-4
    weight_decay: float = 1e-5
    batch_size: int = pydantic.Field(128, ge=1)
    epochs: int = pydantic.Field(50, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "functionals"}, inner=64, dim=32, head=16, learning_rate=2e-3, batch_size=32, epochs=20
        )


class PreferenceDomainAdaptation(PairedSystem[Config]):
    """Utterance vector -> a score for each attribute, by which recordings are put in order."""

    config_class = Config
    kinds = ("dimensions", "score", "preference")
    card = Card(
        title="Unsupervised Domain Adaptation for Preference Learning Based Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="IEEE 10094301", inputs=("speech",), task="order by emotion attributes",
        diagnostic=Diagnostic(
            mechanism="foreign_order", ablation={"reversal": 0.0}, margin=0.06, metric="kendall_tau",
            settings={"inputs": {"speech": "array:name=vector"}, "by_corpus": False, "epochs": 40},
            removes="the domain classifier's reversed gradient",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, ["speech"])
        (size,) = shapes["speech"]
        self.standardise = nn.ModuleList(Standardisation(size) for _ in range(2))
        self.encoder = nn.Sequential(
            nn.Linear(size, config.inner), nn.LayerNorm(config.inner), nn.ReLU(), nn.Dropout(config.dropout),
            nn.Linear(config.inner, config.dim), nn.ReLU(),
        )  # fmt: skip
        self.rankers = nn.ModuleList(
            nn.Sequential(nn.Linear(config.dim, config.head), nn.ReLU(), nn.Linear(config.head, 1, bias=False))
            for _ in space.names
        )
        self.domain = multilayer_perceptron((config.dim, config.head, 2), nn.ReLU)
        if config.reconstruction:
            self.decoder = multilayer_perceptron((config.dim, config.inner, size), nn.ReLU)

    def begin(self, data: StageData) -> None:
        """Meet the target, and measure the vectors of each corpus, or those of the source for both."""
        self.meet(data)
        for role, one in zip(("train", "unlabelled" if self.config.by_corpus else "train"), self.standardise):
            assert isinstance(one, Standardisation)
            vectors = (self._vector(batch) for batch in data.batches(role, 256))
            one.measure((x, torch.ones(len(x), dtype=torch.bool, device=x.device)) for x in vectors)

    def _vector(self, batch: Batch) -> Tensor:
        speech = as_sequence(batch["speech"])
        return masked_mean(speech.data, speech.mask)

    def forward(self, batch: Batch) -> Outputs:
        x, of_target = self._vector(batch), batch.extras["of_target"]
        source, target = (one(x) for one in self.standardise)
        x = torch.where(of_target.unsqueeze(1), target, source) if self.training else target
        h = self.encoder(x)
        values = torch.cat([ranker(h) for ranker in self.rankers], dim=1)
        return Outputs(values=values, embedding=h, extras={"x": x})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The order of the source's pairs, and telling the corpora apart, whose gradient is reversed below."""
        config, of_target, h = self.config, batch.extras["of_target"], outputs.embedding
        assert h is not None
        margin = config.margin * (self.space.high - self.space.low)
        told = self.domain(reverse_gradient(h, config.reversal * self.ramp()))
        terms = {
            "order": ranknet_loss(outputs.values[~of_target], batch.targets[~of_target], margin),
            "domain": functional.cross_entropy(told, of_target.long()),
        }
        if config.reconstruction:
            terms["reconstruction"] = config.reconstruction * functional.mse_loss(self.decoder(h), outputs.extras["x"])
        return terms

    def stages(self) -> list[Stage]:
        """One stage of Adam; the epoch whose order of the source's validation part is best is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            self.expect(steps)
            adam = torch.optim.Adam(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(adam)]

        return [Stage("adapt", config.epochs, config.batch_size, optimise, select="kendall_tau", before="begin")]
