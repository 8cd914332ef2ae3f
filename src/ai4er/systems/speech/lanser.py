"""LanSER: a speech network learns from what a language model reads in transcripts, and then from few labels.

Emotion labels for any speech cost nothing: of each transcript a network for textual entailment says which word of a
chosen taxonomy it entails most. A speech network learns these weak labels from the sound alone, and picks prosody up on
the way, since words that mean joy are often said with joy; it is then fine-tuned on a small labelled corpus. Reference:
Gong et al., "LanSER: Language-Model Supported Speech Emotion Recognition", Interspeech 2023, arXiv 2309.03978.

Known: the weak labels and their constraint to a taxonomy, pre-training and fine-tuning (abstract); the entailment
network, ResNet-50 and a taxonomy of 43 adjectives (from memory on the sheet). Chosen: the 43 adjectives themselves,
which follow published lists of self-reported emotion, the template, one softmax over the network's three outputs;
log-mel frames of 10 s, of which training takes a random part; Adam. Transcripts are those of the corpus, or of the
speech recogniser named by `recogniser` where there is none. Reported numbers: not found.

Offline substitute: the cosine of MiniLM's sentence vectors for entailment, and a narrow network of four blocks on 3 s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.cropping import random_crop
from ai4er.encoders import entailment, transcribe
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.nn.resnet import ResNet
from ai4er.records import Record
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic

SPEECH, RATE = "speech", 16_000
TAXONOMY = (
    "admiring", "adoring", "amused", "angry", "anxious", "appreciative", "ashamed", "awed", "awkward", "bored",
    "calm", "confused", "contemptuous", "content", "craving", "curious", "determined", "disappointed", "disgusted",
    "distressed", "doubtful", "ecstatic", "embarrassed", "envious", "excited", "fearful", "grateful", "guilty",
    "happy", "horrified", "interested", "loving", "neutral", "nostalgic", "pained", "proud", "relieved", "sad",
    "satisfied", "surprised", "sympathetic", "tired", "triumphant",
)  # fmt: skip
"""Forty-three adjectives of emotion."""


class Config(SystemConfig):
    """The sheet's values.

    `entailment` is a network for natural language inference. `taxonomy` is empty for the classes of the corpus itself.
    A recording whose transcript has fewer than `least_words` words, or entails no label by `least`, teaches nothing.
    `soft` learns from e_k^(1/temperature), scaled to sum 1, in place of the largest. `use` says what is learnt of the
    labelled corpus: all (`tune`), a linear layer (`probe`), or nothing: the weak labels that are its classes answer
    (`zero_shot`).
    """

    offline: ClassVar[dict[str, Any]] = {
        "entailment": "minilm", "blocks": (1, 1, 1, 1), "width": 16, "frames": 300, "weak_rate": 1e-3,
        "learning_rate": 1e-3, "weak_batch": 32, "batch_size": 16, "weak_epochs": 5, "epochs": 25,
    }  # fmt: skip

    inputs: dict[str, str] = {SPEECH: "log_mel:bands=80,n_fft=400,hop=160,normalise=utterance"}
    entailment: str = "FacebookAI/roberta-large-mnli"
    recogniser: str = ""
    weak_role: Literal["train", "pretrain", "unlabelled"] = "train"
    taxonomy: tuple[str, ...] = TAXONOMY
    template: str = "This person feels {}."
    least: float = pydantic.Field(0.0, ge=0, le=1)
    least_words: int = pydantic.Field(2, ge=0)
    soft: bool = False
    temperature: float = pydantic.Field(1.0, gt=0)
    use: Literal["tune", "probe", "zero_shot"] = "tune"
    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    width: int = pydantic.Field(64, ge=1)
    frames: int = pydantic.Field(1000, ge=1)
    weak_rate: float = 1e-4
    weak_batch: int = pydantic.Field(256, ge=1)
    weak_epochs: int = 20
    learning_rate: float = 1e-4
    batch_size: int = pydantic.Field(64, ge=1)
    epochs: int = 50
    patience: int = 10

    @pydantic.field_validator("template")
    @classmethod
    def _has_a_place(cls, template: str) -> str:
        if template.count("{}") != 1:
            raise ValueError("it must hold {} once, where the label stands")
        return template

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={SPEECH: "log_mel:bands=32,n_fft=512,hop=256,normalise=utterance"}, entailment="minilm",
            taxonomy=("angry", "happy", "sad", "calm"), blocks=(1, 1, 1, 1), width=4, frames=48, weak_rate=5e-3,
            weak_batch=16, weak_epochs=3, learning_rate=5e-3, batch_size=16, epochs=6,
        )  # fmt: skip


def weak_labels(transcripts: Sequence[str], config: Config, taxonomy: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """e_k = P(entailment | transcript, template with label k), (items, labels), and whether the item teaches (items,).

    Every different transcript is judged once.
    """
    different = list(dict.fromkeys(transcripts))
    judged = entailment(config.entailment, different, [config.template.format(label) for label in taxonomy])
    scores = judged[[different.index(text) for text in transcripts]]
    long = np.array([len(text.split()) >= config.least_words for text in transcripts])
    return scores, long & (scores.max(1) >= config.least)


class LanSER(System[Config]):
    """Log-mel frames -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="LanSER: Language-Model Supported Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="arXiv 2309.03978", inputs=("speech",), task="single label",
        diagnostic=Diagnostic(
            mechanism="told_in_words", ablation={"weak_epochs": 0}, margin=0.25, removes="the weak labels",
            settings={
                "inputs": {SPEECH: "array:name=frames"}, "weak_role": "unlabelled", "weak_epochs": 8, "epochs": 20,
                "frames": 32,
            },
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.taxonomy = config.taxonomy or space.names
        self.network = ResNet(config.blocks, config.width, channels=1)
        self.weak = nn.Linear(self.network.size, len(self.taxonomy))
        self.head = nn.Linear(self.network.size, space.size) if config.use != "zero_shot" else None
        if config.use == "zero_shot" and not set(space.names) <= set(self.taxonomy):
            absent = ", ".join(sorted(set(space.names) - set(self.taxonomy)))
            raise Ai4erError(f"lanser: use=zero_shot needs every class in the taxonomy, and it lacks {absent}")
        self.targets: dict[tuple[str, str], Tensor] = {}

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the keys of the items, under which their weak labels are kept."""
        batch = super().collate(items)
        batch.extras["keys"] = [(item.record.corpus, item.record.id) for item in items]
        return batch

    def embedded(self, batch: Batch) -> Tensor:
        """Frames of one length, a random part in training and the first in use -> (batch, size)."""
        x, lengths, frames = batch[SPEECH].data, batch[SPEECH].lengths, self.config.frames
        if self.training:
            x, lengths, _ = random_crop(x, lengths, frames)
        image = functional.pad(x[:, :frames], (0, 0, 0, max(0, frames - x.shape[1])))
        found: Tensor = self.network(image.transpose(1, 2).unsqueeze(1))
        return found

    def forward(self, batch: Batch) -> Outputs:
        if self.config.use == "probe":
            self.network.eval()
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.config.use == "tune"):
            z = self.embedded(batch)
        if self.head is not None:
            return Outputs(logits=self.head(z), embedding=z)
        places = [self.taxonomy.index(name) for name in self.space.names]
        return Outputs(logits=self.weak(z)[:, places], embedding=z)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the labels."""
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets, ignore_index=UNLABELLED)}

    def weak_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the weak labels, mean over the items that have one."""
        log_shares = self.weak(self.embedded(batch)).log_softmax(1)
        wanted = torch.stack([self.targets[key] for key in batch.extras["keys"]]).to(log_shares)
        each = -(wanted * log_shares).sum(1)
        return {"weak": each.sum() / (wanted.sum(1) > 0).sum().clamp(min=1)}

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """Pre-training has a head of its own and needs no `forward`."""
        if stage.name == "tune":
            return super().step(batch, stage, optimisers, backward)
        terms = self.weak_loss(Outputs(), batch)
        optimisers[0].zero_grad()
        backward(terms["weak"])
        optimisers[0].step()
        return terms

    def label(self, data: StageData) -> None:
        """The weak label of every recording, from its transcript alone. Raises `Ai4erError` where none has one."""
        config, records = self.config, [item.record for item in data.items[self.config.weak_role]]
        scores, teaches = weak_labels(self._transcripts(records), config, self.taxonomy)
        if not teaches.any():
            raise Ai4erError(
                f"lanser: no {config.weak_role} recording has a transcript that entails a label: name a speech "
                "recogniser with recogniser=..., or lower least and least_words"
            )
        e = torch.from_numpy(scores).float()
        wanted = functional.one_hot(e.argmax(1), e.shape[1]).float()
        if config.soft:
            wanted = (e.clamp(min=1e-9).log() / config.temperature).softmax(1)
        kept = wanted * torch.from_numpy(teaches).unsqueeze(1)
        self.targets = {(one.corpus, one.id): row for one, row in zip(records, kept)}  # zeros teach nothing

    def _transcripts(self, records: Sequence[Record]) -> list[str]:
        """What is said in each recording: its own text, or what the recogniser hears, or nothing."""
        silent = [place for place, record in enumerate(records) if record.text is None]
        found = [record.text or "" for record in records]
        if silent and self.config.recogniser:
            heard = transcribe(self.config.recogniser, [audio_of(records[place], RATE) for place in silent])
            for place, text in zip(silent, heard):
                found[place] = text
        return found

    def forget(self, data: StageData) -> None:
        """The weak labels are of no use any more."""
        self.targets = {}

    def stages(self) -> list[Stage]:
        """Pre-training on weak labels, of which the last epoch is kept, then fine-tuning."""
        config = self.config

        def adam(rate: float, *parts: nn.Module) -> Callable[[int], list[Optimisation]]:
            trained = [p for part in parts for p in part.parameters()]
            return lambda steps: [Optimisation(torch.optim.Adam(trained, rate))]

        weak = Stage(
            "weak", config.weak_epochs, config.weak_batch, adam(config.weak_rate, self.network, self.weak), "weak_loss",
            before="label", role=config.weak_role,
        )  # fmt: skip
        if self.head is None:
            return [weak]
        parts = (self.head,) if config.use == "probe" else (self.network, self.head)
        tune = Stage(
            "tune", config.epochs, config.batch_size, adam(config.learning_rate, *parts), before="forget", select="ua",
            patience=config.patience,
        )  # fmt: skip
        return [weak, tune]
