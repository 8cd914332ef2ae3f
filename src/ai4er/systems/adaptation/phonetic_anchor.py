"""Vowels that two languages say alike in an emotion are the anchors by which one is adapted to the other.

Languages share vowels, and some of these are articulated alike in an emotion, others are not. Instead of making all of
the two corpora alike, only segments of such vowels are pulled together: a triplet loss draws a target segment of an
anchor vowel towards a source segment of the same vowel, away from target segments of other vowels, while the source
teaches the emotions. Reference: Upadhyay et al., "Phonetic Anchor-Based Transfer Learning to Facilitate Unsupervised
Cross-Lingual Speech Emotion Recognition", ICASSP 2023.

Known: the analysis that chooses vowels by emotion, vowels as anchors, wav2vec 2.0 and aligned phonemes, no label of the
target, MSP-Podcast to BIIC-Podcast (abstract). All sizes, weights and the formula of the analysis are inferred on the
sheet. Chosen: phonemes by letter-to-sound rules and PocketSphinx in place of the Montreal aligner, five vowels; one
positive and one negative drawn for each anchor and step; a target utterance counts as an emotion that the network gives
at least `confidence`; the table is measured on the frozen frames, where `anchors` does not state it, and an utterance
of the target then has the emotion whose mean over the source it is nearest to; the cross-check by formants is left out.
In use nothing but the frames is read.

Offline substitute: the frames of `ai4er-small`, and vowels placed by energy.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.labels.phonemes import VOWELS
from ai4er.losses.class_weights import class_weights
from ai4er.nn.attention_pooling import AttentionPooling
from ai4er.nn.interval_means import interval_means
from ai4er.nn.transformer_block import TransformerBlock
from ai4er.systems.adaptation import _shared_vowels as shared
from ai4er.systems.adaptation._paired import PairedSystem
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, SystemConfig
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Reported

_LOG_MEL = {"speech": "log_mel:bands=40,hop=320,normalise=utterance", "vowels": "vowel_times"}


class Config(SystemConfig):
    """`anchors` states the table, emotion -> vowels (`{"anger": "ai"}`); without it the `top` most alike are taken.

    `longest` is in frames of `frame_seconds`. `confidence` 0 lets any target segment of a vowel be a positive. A batch
    has as many target utterances beside the `batch_size` of the source.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small", "vowels": "vowel_times"}, "longest": 200,
        "hidden": 128, "inner": 256, "learning_rate": 1e-3, "epochs": 15,
    }  # fmt: skip

    inputs: dict[str, str] = {
        "speech": "speech_frames:encoder=facebook/wav2vec2-large", "vowels": "vowel_times:aligner=pocketsphinx"
    }  # fmt: skip
    frame_seconds: float = pydantic.Field(0.02, gt=0)
    longest: int = pydantic.Field(500, ge=1)
    hidden: int = pydantic.Field(256, ge=1)
    heads: int = pydantic.Field(4, ge=1)
    inner: int = pydantic.Field(512, ge=1)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    anchor_size: int = pydantic.Field(128, ge=1)
    anchor_weight: float = pydantic.Field(0.5, ge=0)
    margin: float = pydantic.Field(0.2, ge=0)
    anchors: dict[str, str] = {}
    top: int = pydantic.Field(2, ge=0, le=len(VOWELS))
    confidence: float = pydantic.Field(0.5, ge=0, le=1)
    learning_rate: float = 1e-4
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = pydantic.Field(50, ge=1)
    patience: int | None = 10

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs=_LOG_MEL,
            hidden=32,
            heads=2,
            inner=32,
            anchor_size=16,
            confidence=0.0,
            learning_rate=5e-3,
            batch_size=16,
            epochs=8,
        )


class Network(nn.Module):
    """Frames (batch, frames, features) -> states of every frame (batch, frames, hidden), and what is read from them."""

    def __init__(self, config: Config, features: int, emotions: int) -> None:
        super().__init__()
        self.projection = nn.Sequential(nn.Linear(features, config.hidden), nn.ReLU())
        self.encoder = TransformerBlock(config.hidden, config.heads, config.inner, config.dropout)
        self.pooling = AttentionPooling(config.hidden)
        self.emotion = nn.Linear(config.hidden, emotions)
        self.anchor = nn.Linear(config.hidden, config.anchor_size)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, emotions), and the states; mask (batch, frames)."""
        states, _ = self.encoder(self.projection(x), mask.unsqueeze(1).expand(-1, x.shape[1], -1))
        return self.emotion(self.pooling(states, mask)), states

    def segments(self, states: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
        """Unit vectors of intervals: starts and ends (batch, intervals) -> (batch, intervals, anchor_size)."""
        return functional.normalize(self.anchor(interval_means(states, starts, ends)).float(), dim=-1)


def draw_triplets(
    table: Tensor, source_vowel: Tensor, source_emotion: Tensor, target_vowel: Tensor, target_may_be: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Positions of anchors in the source's segments, of positives and negatives in the target's, (triplets,) each.

    Every source segment of a vowel that table (emotions, vowels) has for its emotion is an anchor; its positive has the
    same vowel in an utterance that may be of that emotion, its negative a vowel that the table does not have for it.
    source_vowel, source_emotion (segments,); target_vowel (others,); target_may_be (others, emotions) booleans. Anchors
    without one of both are left out.
    """
    of_emotion = table[source_emotion]
    is_anchor = of_emotion.gather(1, source_vowel.unsqueeze(1))
    positive = is_anchor & (source_vowel.unsqueeze(1) == target_vowel) & target_may_be.T[source_emotion]
    negative = ~of_emotion[:, target_vowel]
    anchor = (positive.any(1) & negative.any(1)).nonzero().squeeze(1)
    if not len(anchor):
        return anchor, anchor, anchor
    drawn = (torch.multinomial(fit[anchor].float(), 1).squeeze(1) for fit in (positive, negative))
    return anchor, *drawn  # type: ignore[return-value]


def anchor_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float) -> Tensor:
    """mean max(0, ||s_a - s_p||^2 - ||s_a - s_n||^2 + margin) over (triplets, features); 0 without a triplet."""
    nearer = (anchor - positive).square().sum(1) - (anchor - negative).square().sum(1)
    return (nearer + margin).clamp(min=0).sum() / max(1, len(anchor))


class PhoneticAnchor(PairedSystem[Config]):
    """Frames of speech -> class logits."""

    config_class = Config
    card = Card(
        title="Phonetic Anchor-Based Transfer Learning to Facilitate Unsupervised Cross-Lingual Speech Emotion "
        "Recognition",
        venue="ICASSP", year=2023, paper="Upadhyay_2023", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="biic_podcast", protocol="MSP-Podcast to BIIC-Podcast, unsupervised", metric="ua",
                     value=0.5864, certainty="abstract", note="four emotions"),
        ),
    )  # fmt: skip
    table: Tensor
    class_weights: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if not timed["speech"] or len(shapes["speech"]) != 1 or shapes["vowels"] != (3,):
            raise Ai4erError(
                "phonetic_anchor needs frames (frames, features) as speech and (vowels, 3) as vowels, as vowel_times "
                f"gives: speech is {shapes['speech']}, vowels are {shapes['vowels']}"
            )
        self.network = Network(config, shapes["speech"][0], space.size)
        self.register_buffer("table", shared.written_table(config.anchors, space))
        self.register_buffer("class_weights", torch.ones(space.size))

    def begin(self, data: StageData) -> None:
        """Meet the target, weigh the classes, and find the anchors. Raises `Ai4erError` where no vowel is known."""
        self.meet(data)
        config, size = self.config, self.space.size
        emotions = torch.tensor([-1 if item.target is None else int(item.target) for item in data.items["train"]])
        self.class_weights.copy_(class_weights(torch.bincount(emotions[emotions >= 0], minlength=size)))
        if config.anchors or not config.anchor_weight:
            return
        source, target = (shared.spoken(items, config.frame_seconds, config.longest)
                          for items in (data.items["train"], self.target))  # fmt: skip
        if not len(source.vowel) or not len(target.vowel):
            raise Ai4erError(
                f"phonetic_anchor: no vowel of the {'target' if len(source.vowel) else 'source'} is known: it needs "
                "texts in Latin letters, or anchor_weight=0"
            )
        guessed = shared.nearest_emotion(source.utterances, emotions, target.utterances, size)
        alike = shared.commonality(source.vowels(emotions), target.vowels(guessed), size)
        self.table.copy_(shared.most_alike(alike, config.top))

    def forward(self, batch: Batch) -> Outputs:
        speech, longest = batch["speech"], self.config.longest
        speech = Padded(speech.data[:, :longest], speech.lengths.clamp(max=longest))
        logits, states = self.network(speech.data, speech.mask)
        return Outputs(logits=logits, extras={"states": states, "lengths": speech.lengths})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Weighted cross-entropy of the source, and the triplets of vowel segments."""
        here = ~batch.extras["of_target"]
        entropy = functional.cross_entropy(outputs.logits[here].float(), batch.targets[here], self.class_weights)
        terms = {"cross_entropy": entropy}
        if self.config.anchor_weight:
            terms["anchor"] = self.config.anchor_weight * self.anchors(outputs, batch)
        return terms

    def anchors(self, outputs: Outputs, batch: Batch) -> Tensor:
        """The triplet loss of a batch, of whose target half no label is read."""
        said, of_target = batch["vowels"], batch.extras["of_target"].unsqueeze(1)
        starts, ends = shared.frame_bounds(said.data[..., 1:], self.config.frame_seconds)
        vowel, heard = said.data[..., 0].long(), said.mask & (starts < outputs.extras["lengths"].unsqueeze(1))
        vectors = self.network.segments(outputs.extras["states"], starts, ends)
        known = torch.where(of_target, -1, batch.targets.unsqueeze(1)).expand_as(vowel)
        sources, targets = heard & (known >= 0), heard & of_target
        may_be = outputs.logits.detach().float().softmax(1) >= self.config.confidence
        may_be = may_be.unsqueeze(1).expand(-1, vowel.shape[1], -1)
        triplets = draw_triplets(self.table, vowel[sources], known[sources], vowel[targets], may_be[targets])
        near, far = vectors[sources], vectors[targets]
        return anchor_loss(near[triplets[0]], far[triplets[1]], far[triplets[2]], self.config.margin)

    def stages(self) -> list[Stage]:
        """One stage of Adam; the epoch of the best validation recall on the source is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.Adam(self.parameters(), config.learning_rate))]

        return [
            Stage("adapt", config.epochs, config.batch_size, optimise, select="ua", patience=config.patience,
                  before="begin"),
        ]  # fmt: skip
