"""Label encoding: the target of an utterance is the word embedding of its emotion, out of a language model.

The network regresses onto the space of the words, and the class whose word is nearest is the answer: related emotions
have related targets, the answer can be compared with any word, and annotators' free text ("curious", "sarcastic") is a
target like any other (`--corpus iemocap:votes=words --set targets=votes`). Several annotators' words are added up.
Reference: Stanley et al., "Emotion Label Encoding using Word Embeddings for Speech Emotion Recognition", Interspeech
2023.

Known: the idea, and that it was better than one-hot targets on IEMOCAP (abstract). Encoder, language model, loss and
results were not found. Chosen: the sheet's defaults; as language model all-MiniLM-L6-v2, whose mean states are taken
of the words in "a feeling of ..." (a file of GloVe, word2vec or fastText vectors can be named instead; 384 numbers
become 300); the mean of all words that are targets is taken from every vector, and all have unit length; scores are the
softmax of cosines over 0.1.

Without an `encoder` the sheet's light one reads frames: three convolutions, a bidirectional LSTM and attention pooling.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.cropping import random_crop
from ai4er.encoders import word_vectors
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.attention_pooling import AttentionPooling
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.convolutional_transformer import MaskedConvolutions
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.pooling import masked_mean
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic

_FORMS = {
    "angry": "anger", "happy": "happiness", "sad": "sadness", "fearful": "fear", "surprised": "surprise",
    "disgusted": "disgust",
}  # fmt: skip
_TEMPERATURE = 0.1


class Config(SystemConfig):
    """`words` names the language model or file of vectors, of `word_features` numbers each.

    `targets` are the class, or all annotators' words (`votes`), whose agreement weighs the loss with `agreement`. The
    `objective` is 1 - cosine, the squared distance of unit vectors, or for comparison `softmax`, a layer of one-hot
    classes. `contrastive` weighs a cross-entropy of the cosines with the classes. `crop` is in steps of the input.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "encoder_learning_rate": 1e-4, "batch_size": 16, "epochs": 10,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "facebook/wav2vec2-base"
    words: str = "minilm"
    word_features: int = pydantic.Field(384, ge=1)
    targets: Literal["label", "votes"] = "label"
    agreement: bool = False
    objective: Literal["cosine", "squared", "softmax"] = "cosine"
    contrastive: float = pydantic.Field(0.0, ge=0)
    channels: tuple[int, ...] = (16, 32, 64)
    units: int = pydantic.Field(64, ge=1)
    hidden: int = pydantic.Field(512, ge=1)
    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    crop: int = pydantic.Field(112_000, ge=1)
    encoder_learning_rate: float = 1e-5
    learning_rate: float = 1e-3
    batch_size: int = 32
    epochs: int = 30
    patience: int = 10

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:bands=20,n_fft=640,hop=320,normalise=utterance"}, encoder="", crop=350,
            words="tiny", word_features=32, channels=(8, 16), units=16, hidden=32, learning_rate=5e-3, batch_size=16,
            epochs=8,
        )  # fmt: skip


class FrameEncoder(nn.Module):
    """Masked convolutions -> bidirectional LSTM -> attention pooling: x (batch, frames, bands) -> (batch, 2 units)."""

    def __init__(self, config: Config, bands: int) -> None:
        super().__init__()
        self.features = 2 * config.units
        self.convolutions = MaskedConvolutions(bands, config.channels)
        self.lstm = BidirectionalLSTM(self.convolutions.size, config.units)
        self.pooling = AttentionPooling(self.features)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x, mask = self.convolutions(x, torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1))
        pooled: Tensor = self.pooling(self.lstm(x, mask.sum(1).clamp(min=1)), mask)
        return pooled


class TunedEncoder(nn.Module):
    """A pretrained network behind its frozen convolutions -> mean over time: x (batch, samples) -> (batch, hidden)."""

    def __init__(self, spec: str) -> None:
        super().__init__()
        self.network = speech_encoder(spec, (), frozen=("feature_extractor",))
        self.features = int(self.network.hidden_size)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        states = self.network.hidden(x, lengths)
        return masked_mean(states.x[:, :, -1], states.mask)


class LabelEmbedding(System[Config]):
    """Speech -> a point among words -> cosines with the words of the classes."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Emotion Label Encoding using Word Embeddings for Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="10.21437/Interspeech.2023-1591", inputs=("speech",), task="single label",
        frozen=("encoder.network.network.feature_extractor", "encoder.network.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="listeners_words", ablation={"targets": "label", "objective": "softmax"}, margin=0.05,
            settings={
                "inputs": {"speech": "array:name=frames"}, "words": "minilm", "word_features": 384, "targets": "votes",
                "epochs": 14,
            },
            removes="the words as targets",
        ),
    )  # fmt: skip
    prototypes: Tensor
    centre: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        shape = shapes["speech"]
        if not timed["speech"] or len(shape) != (0 if config.encoder else 1):
            raise Ai4erError(
                f"label_embedding reads samples with an encoder, and (frames, bands) without: input speech is {shape} "
                f"with encoder={config.encoder!r}"
            )
        self.encoder = TunedEncoder(config.encoder) if config.encoder else FrameEncoder(config, shape[0])
        widths = (self.encoder.features, config.hidden, config.word_features)
        if config.objective == "softmax":
            widths = (self.encoder.features, space.size)  # type: ignore[assignment]
        self.projection = multilayer_perceptron(widths, nn.ReLU, config.dropout)
        self.register_buffer("prototypes", torch.zeros(space.size, config.word_features))
        self.register_buffer("centre", torch.zeros(config.word_features))
        self.vectors: dict[str, Tensor] = {}

    def embedded(self, texts: Iterable[str]) -> dict[str, Tensor]:
        """The unit vectors of the texts that have one, before the mean is taken away."""
        found = {text: torch.from_numpy(x).float() for text, x in word_vectors(self.config.words, texts).items()}
        sizes = {len(x) for x in found.values()} - {self.config.word_features}
        if sizes:
            raise Ai4erError(
                f"label_embedding: {self.config.words} has {sizes.pop()} numbers a word: set word_features"
            )
        return {text: functional.normalize(x, dim=0) for text, x in found.items()}

    def centred(self, x: Tensor) -> Tensor:
        """Unit vectors around the mean of the targets' words, (..., word_features)."""
        return functional.normalize(x - self.centre.to(x.device), dim=-1)

    def embed(self, data: StageData) -> None:
        """Take the words of the classes, and of all annotators, from the language model."""
        names = [canonical(name) for name in self.space.names]
        found = self.embedded(names)
        if missing := [name for name in names if name not in found]:
            raise Ai4erError(f"label_embedding: {self.config.words} has no word for {', '.join(missing)}")
        votes = {}
        if self.config.targets == "votes":
            said = {canonical(vote) for item in data.items["train"] for vote in item.record.votes}
            votes = self.embedded(sorted(said))
        self.centre.copy_(torch.stack(list({**found, **votes}.values())).mean(0))
        self.prototypes.copy_(self.centred(torch.stack([found[name] for name in names])))
        self.vectors = {text: self.centred(x) for text, x in votes.items()}

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the mean vector of each item's known words (items, word_features), zero where there is none."""
        batch = super().collate(items)
        if self.vectors:
            known = [[self.vectors[w] for w in map(canonical, i.record.votes) if w in self.vectors] for i in items]
            blank = torch.zeros(self.config.word_features)
            batch.extras["words"] = torch.stack([torch.stack(x).mean(0) if x else blank for x in known])
        return batch

    def forward(self, batch: Batch) -> Outputs:
        x, lengths = batch["speech"].data, batch["speech"].lengths
        if self.training:
            x, lengths, _ = random_crop(x, lengths, self.config.crop)
        found = self.projection(self.encoder(x, lengths))
        if self.config.objective == "softmax":
            return Outputs(logits=found)
        point = functional.normalize(found.float(), dim=1)
        return Outputs(logits=point @ self.prototypes.T / _TEMPERATURE, embedding=point)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The distance from the target, over the items that have one."""
        config, labelled = self.config, batch.targets >= 0
        if config.objective == "softmax":
            return {"cross_entropy": weighted_mean(_surprise(outputs, batch), labelled.float())}
        if "words" in batch.extras:
            target, weight = batch.extras["words"], batch.extras["words"].norm(dim=1)
        else:
            target, weight = self.prototypes[batch.targets.clamp(min=0)], labelled.float()
        assert outputs.embedding is not None
        target = functional.normalize(target, dim=1)
        distance = 1 - (outputs.embedding * target).sum(1)
        distance = 2 * distance if config.objective == "squared" else distance
        weight = weight if config.agreement else (weight > 0).float()
        terms: dict[str, Tensor] = {config.objective: weighted_mean(distance, weight)}
        if config.contrastive:
            surprise = weighted_mean(_surprise(outputs, batch), labelled.float())
            terms["contrastive"] = config.contrastive * surprise
        return terms

    def nearest(self, outputs: Outputs, words: Sequence[str]) -> list[list[str]]:
        """Any words, for every item from the nearest to the farthest; those without a vector are left out."""
        assert outputs.embedding is not None
        found = self.embedded(words)
        table = self.centred(torch.stack(list(found.values())).to(outputs.embedding))
        order = (outputs.embedding @ table.T).argsort(1, descending=True)
        return [[list(found)[i] for i in row] for row in order.tolist()]

    def stages(self) -> list[Stage]:
        """One stage of Adam; a pretrained encoder has a rate of its own."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            rate = config.encoder_learning_rate if config.encoder else config.learning_rate
            encoder = [p for p in self.encoder.parameters() if p.requires_grad]
            groups: list[dict[str, Any]] = [{"params": encoder, "lr": rate}, {"params": self.projection.parameters()}]
            return [Optimisation(torch.optim.Adam(groups, config.learning_rate))]

        return [
            Stage("train", config.epochs, config.batch_size, optimise, before="embed", select="ua",
                  patience=config.patience),
        ]  # fmt: skip


def canonical(word: str) -> str:
    """One form for the adjective and the noun of a class; other words in lower case."""
    plain = re.sub(r"[\W_]+", " ", word.lower()).strip()
    return _FORMS.get(plain, plain)


def weighted_mean(x: Tensor, weight: Tensor) -> Tensor:
    """sum(w x) / sum(w), and 0 where nothing weighs anything; x, weight (items,)."""
    return (x * weight).sum() / weight.sum().clamp(min=1e-9)


def _surprise(outputs: Outputs, batch: Batch) -> Tensor:
    """Minus the logarithm of the softmax at the class, 0 for an item without one, (items,)."""
    return functional.cross_entropy(outputs.logits, batch.targets, reduction="none")
