"""An utterance's emotion as a sequence of labels, one for each phoneme, that also say what kind of phoneme it is.

The label of an utterance becomes as many symbols as it has phonemes, and a network learns the sequence by connectionist
temporal classification, so that frames may be without emotion and the emotion may come and go. Because the same emotion
sounds different on a vowel and on an unvoiced consonant, a symbol is a pair of emotion and phoneme class; the class is
dropped when the utterance is decided. Reference: Nagase, Fukumori and Yamashita, "Speech Emotion Recognition by
Estimating Emotional Label Sequences with Phoneme Class Attribute", Interspeech 2023.

Known: the four classes (vowel, voiced and unvoiced consonant, other) and the principle of label sequences. Chosen: CTC,
as in the work that it extends; wav2vec 2.0 base with its convolutions frozen; one linear layer; the most frequent
emotion of the best path decides, and posteriors summed over the frames where that is a tie or empty; phonemes by
letter-to-sound rules; AdamW with 1e-5 and 1e-4; a twentieth of the time is silenced in training, in stretches of 0.2 s
of the recording. `frame_labels` makes one label per frame of known phoneme boundaries, for the other reading of the
paper. Its results were not found.

Offline substitute: `ai4er-small`, at higher rates and for fewer epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.labels.phonemes import CLASSES, phoneme_class, phonemes
from ai4er.losses.ctc import ctc_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.ctc import CTCHead, best_path
from ai4er.nn.pooling import masked_mean
from ai4er.nn.span_masks import span_mask
from ai4er.systems._schedules import linear_warmup
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, pad
from ai4er.systems.card import Card, Diagnostic

Symbols = Literal["voiced", "phonemes", "classes", "voiced_classes"]
VOICED = CLASSES[:2]
STRETCH = 320  # samples, 20 ms


class Config(SystemConfig):
    """`symbols` are what a label sequence is made of.

    `classes` (proposed): emotion and class of every phoneme. `voiced` (conventional): the emotion once for each voiced
    phoneme. `phonemes`: the emotion once for each phoneme. `voiced_classes`: emotion and class of voiced phonemes, the
    class alone of others. `utterance_weight` adds the cross-entropy of a layer on the mean of the frames.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "learning_rate": 1e-4, "head_rate": 1e-3, "batch_size": 16, "epochs": 10,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "facebook/wav2vec2-base"
    symbols: Symbols = "classes"
    utterance_weight: float = pydantic.Field(0.0, ge=0)
    mask_span: int = 10
    mask_probability: float = 0.05
    learning_rate: float = 1e-5
    head_rate: float = 1e-4
    warmup: float = 0.1
    batch_size: int = 8
    epochs: int = 40

    @classmethod
    def small(cls) -> Self:
        return cls(encoder="", learning_rate=3e-3, head_rate=3e-3, batch_size=16, epochs=8)


class LabelSequences:
    """The symbols of one kind, numbered from 1 (0 is the blank), for a number of emotions."""

    def __init__(self, kind: Symbols, emotions: int) -> None:
        self.kind, self.emotions = kind, emotions
        kept = {"classes": CLASSES, "voiced_classes": VOICED}.get(kind, ("",))
        self.pairs = [(emotion, name) for emotion in range(emotions) for name in kept]
        if kind == "voiced_classes":
            self.pairs += [(-1, name) for name in CLASSES if name not in VOICED]
        self._number = {pair: number for number, pair in enumerate(self.pairs, start=1)}

    @property
    def size(self) -> int:
        """The number of symbols, the blank included."""
        return len(self.pairs) + 1

    def labels(self, spoken: Sequence[str], emotion: int) -> list[int]:
        """The symbols of an utterance: a sequence of phonemes, said with an emotion.

        >>> LabelSequences("voiced", 4).labels(["S", "AE", "D"], 3)
        [4, 4]
        """
        classes = [phoneme_class(phoneme) for phoneme in spoken]
        if self.kind == "voiced":
            classes = [name for name in classes if name in VOICED]
        return [self._symbol(name, emotion) for name in classes]

    def frame_labels(self, spoken: Sequence[str], emotion: int, ends: Sequence[int]) -> np.ndarray:
        """One symbol for each frame (frames,), where phoneme i ends before frame `ends[i]`; the blank has no symbol."""
        widths = np.diff(np.asarray(ends), prepend=0)
        numbers = [
            0 if self.kind == "voiced" and name not in VOICED else self._symbol(name, emotion)
            for name in map(phoneme_class, spoken)
        ]
        return np.repeat(np.array(numbers, np.int64), widths)

    def _symbol(self, name: str, emotion: int) -> int:
        if self.kind in ("voiced", "phonemes"):
            return self._number[emotion, ""]
        return self._number.get((emotion, name)) or self._number[-1, name]

    def emotion_matrix(self) -> Tensor:
        """Which symbols carry which emotion: (symbols, emotions), zeros for the blank and for classes alone."""
        matrix = torch.zeros(self.size, self.emotions)
        for number, (emotion, _) in enumerate(self.pairs, start=1):
            if emotion >= 0:
                matrix[number, emotion] = 1
        return matrix


class PhonemeLabelSequence(System[Config]):
    """Waveform -> symbols of every frame -> how often each emotion is heard."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Speech Emotion Recognition by Estimating Emotional Label Sequences with Phoneme Class Attribute",
        venue="Interspeech", year=2023, paper="nagase23", inputs=("speech",), task="single label",
        frozen=("encoder.network.feature_extractor", "encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="hurried_talk", ablation={"symbols": "voiced"}, margin=0.4, settings={"epochs": 12},
            removes="the classes of phonemes (a label for each voiced one remains)",
        ),
    )  # fmt: skip
    emotion_of: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.sequences = LabelSequences(config.symbols, space.size)
        self.encoder = speech_encoder(config.encoder, shapes["speech"], ("feature_extractor",), channels=())
        hidden = self.encoder.hidden_size
        self.symbols = CTCHead(hidden, self.sequences.size)
        self.register_buffer("emotion_of", self.sequences.emotion_matrix(), persistent=False)
        if config.utterance_weight:
            self.utterance = nn.Linear(hidden, space.size)

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the label `sequences`; none where the emotion or the words are unknown."""
        batch = super().collate(items)
        batch.extras["sequences"] = pad([np.array(self._labels(item), np.int64) for item in items])
        return batch

    def _labels(self, item: Item) -> list[int]:
        if item.target is None or int(item.target) < 0:
            return []
        record = item.record
        return self.sequences.labels(phonemes(record.text or "", record.language or "en"), int(item.target))

    def forward(self, batch: Batch) -> Outputs:
        samples, lengths = batch["speech"].data, batch["speech"].lengths
        if self.training and self.config.mask_probability:
            samples = samples * ~self._silenced(samples, lengths)
        states, frames = self.encoder.hidden(samples, lengths)
        last = states[:, :, -1]
        mask = torch.arange(last.shape[1], device=last.device) < frames.unsqueeze(1)
        pooled = masked_mean(last, mask)
        symbols = self.symbols(last)
        decided = self.decided(symbols, frames)
        extras = {"symbols": symbols, "frames": frames}
        if self.config.utterance_weight:
            extras["utterance"] = self.utterance(pooled)
        return Outputs(logits=decided.log(), embedding=pooled, extras=extras)

    def _silenced(self, samples: Tensor, lengths: Tensor) -> Tensor:
        """Which samples are zero in training, (batch, samples)."""
        steps = -(-samples.shape[1] // STRETCH)
        hidden = span_mask(lengths // STRETCH, steps, self.config.mask_span, self.config.mask_probability)
        return hidden.repeat_interleave(STRETCH, 1)[:, : samples.shape[1]]

    def decided(self, symbols: Tensor, frames: Tensor) -> Tensor:
        """How often each emotion is on the best path, plus its share of the summed posteriors: (batch, emotions).

        The share is below one, so that it decides nothing but ties and empty paths.
        """
        share = self.heard(symbols, frames).sum(1)
        share = 0.999 * share / share.sum(1, keepdim=True) + 1e-6
        paths = [self.emotion_of[path].sum(0) for path in best_path(symbols.detach(), frames)]
        return torch.stack(paths).to(share.dtype) + share

    def heard(self, symbols: Tensor, frames: Tensor) -> Tensor:
        """The posterior of every emotion in every frame, summed over the classes: (batch, frames, emotions).

        With that of the blank (and of classes alone) it adds up to 1; its largest emotion is the frame's decision.
        """
        real = torch.arange(symbols.shape[1], device=symbols.device) < frames.unsqueeze(1)
        return symbols.float().softmax(-1) @ self.emotion_of * real.unsqueeze(-1)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """CTC of the label sequence, and the cross-entropy of the utterance where it has a weight."""
        given, said, weight = outputs.extras, batch.extras["sequences"], self.config.utterance_weight
        terms = {"ctc": ctc_loss(given["symbols"], given["frames"], said.data, said.lengths)}
        if weight:
            terms["utterance"] = weight * known_cross_entropy(given["utterance"], batch.targets)
        return terms

    def check(self, data: StageData) -> None:
        """Raise `Ai4erError` where no training item has words in the Latin script."""
        if not any(self._labels(item) for item in data.items["train"]):
            raise Ai4erError(
                f"{self.slug()} learns one label for each phoneme, and no training item has a text in Latin letters"
            )

    def stages(self) -> list[Stage]:
        """One stage with a linear warm-up and fall; the head learns faster than the encoder."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            encoder = [p for p in self.encoder.parameters() if p.requires_grad]
            heads = [p for name, p in self.named_parameters() if not name.startswith("encoder.")]
            optimiser = torch.optim.AdamW(
                [{"params": encoder, "lr": config.learning_rate}, {"params": heads, "lr": config.head_rate}]
            )
            return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua", before="check", buckets=True)]
