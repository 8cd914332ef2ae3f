"""Does this utterance follow from somebody saying its emotion? Spoken prompts in place of class numbers.

For every emotion there is a recording that says it. Prompt, a short silence and utterance go through one speech network
as one recording, and a head with two outputs decides whether they belong together, so that what a label means is there
in every layer; a new emotion needs a new prompt and no new weight. The network also learns to write down what
prompt and utterance say, which keeps it able to read the prompt. Reference: Zhou et al., "Emotion Prompting for Speech
Emotion Recognition", Interspeech 2023.

Known: prompts of speech joined with the raw audio, entailment, speech recognition beside it. Chosen: the prompt first,
a silence of 0.1 s, the mean over all frames and one linear layer; every other emotion as a negative, the positive pair
weighing as much as all of them together; CTC over the letters of both parts with the weight 0.1, and the optimiser, of
the system that it grew out of (Cai et al., Interspeech 2021); 30 epochs. Emotions without a training item are no
negatives, so that they can be told by their prompts. Prompts say "the speaker feels" and the label, in one voice of the
generated corpora (`corpora/_voice.py`); `prompt_folder` takes recordings instead (LABEL.wav). Results were not found.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs, and one negative a visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.corpora import _voice
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.labels import LabelSpace
from ai4er.labels.characters import WAV2VEC2
from ai4er.losses.ctc import ctc_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.ctc import CTCHead
from ai4er.nn.pooling import masked_mean
from ai4er.records import Record
from ai4er.systems._schedules import linear_warmup
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems._transcripts import need_transcripts, transcripts
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded, pad
from ai4er.systems.card import Card

RATE = 16_000
SPACE_BETWEEN = WAV2VEC2.symbols.index(WAV2VEC2.space)


class Config(SystemConfig):
    """The recipe of the system that it grew out of. `negatives` are drawn for each visit; 0 means all other emotions.

    An empty `encoder` is a network for log-mel frames. Without `prompted` a linear layer over the classes reads the
    utterance alone, the classifier that the paper compares with.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "negatives": 1, "learning_rate": 1e-4, "batch_size": 16, "epochs": 8,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000,seconds=15"}
    encoder: str = "facebook/wav2vec2-base"
    prompted: bool = True
    template: str = "the speaker feels {}"
    prompt_folder: str = ""
    prompt_seconds: float = pydantic.Field(2.0, gt=0)
    silence_seconds: float = pydantic.Field(0.1, ge=0)
    negatives: int = pydantic.Field(0, ge=0)
    recognition_weight: float = pydantic.Field(0.1, ge=0)
    dropout: float = 0.1
    learning_rate: float = 5e-5
    warmup: float = 0.1
    batch_size: int = 8
    epochs: int = 30

    @classmethod
    def small(cls) -> Self:
        return cls(encoder="", negatives=1, prompt_seconds=1.5, learning_rate=3e-3, batch_size=16, epochs=3)


def spoken(text: str, seconds: float) -> np.ndarray:
    """A text in the neutral manner of one generated voice, at most `seconds` long, (samples,) at 16 kHz."""
    manner = _voice.manner("neutral")
    length = len(_voice.syllables(text)) / manner.tempo
    audio = _voice.utter(manner, _voice.voice(1), length, np.random.default_rng(0), text)
    return audio[: round(seconds * RATE)]


def joined(first: Padded, second: Padded, between: Tensor) -> Padded:
    """Every row of `first` (rows, steps), then `between` (steps,), then the same row of `second`, zeros behind."""
    start = (first.lengths + len(between)).unsqueeze(1)
    lengths = start.squeeze(1) + second.lengths
    steps = torch.arange(int(lengths.max()), device=lengths.device).expand(len(lengths), -1)
    parts = torch.cat([first.data, between.to(first.data.dtype).expand(len(lengths), -1), second.data], dim=1)
    wide, gap = first.data.shape[1], len(between)
    place = torch.where(steps < first.lengths.unsqueeze(1), steps, steps - first.lengths.unsqueeze(1) + wide)
    place = torch.where(steps < start, place, steps - start + wide + gap).clamp(max=parts.shape[1] - 1)
    return Padded(parts.gather(1, place) * (steps < lengths.unsqueeze(1)), lengths)


class EmotionPrompting(System[Config]):
    """Waveform -> one score for each spoken prompt."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Emotion Prompting for Speech Emotion Recognition", venue="Interspeech", year=2023,
        paper="10.21437/Interspeech.2023-1385", inputs=("speech",), task="single label",
        frozen=("encoder.network.masked_spec_embed",),
    )  # fmt: skip
    prompts: Tensor
    prompt_lengths: Tensor
    seen: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.encoder = speech_encoder(config.encoder, shapes["speech"], channels=())
        hidden = self.encoder.hidden_size
        self.texts = [config.template.format(name.replace("_", " ")) for name in space.names]
        self.dropout = nn.Dropout(config.dropout)
        self.entailment = nn.Linear(hidden, 2 if config.prompted else space.size)
        if config.recognition_weight:
            self.recognition = CTCHead(hidden, len(WAV2VEC2.symbols), config.dropout)
        self.register_buffer("prompts", torch.zeros(space.size, round(config.prompt_seconds * RATE)))
        self.register_buffer("prompt_lengths", torch.zeros(space.size, dtype=torch.long))
        self.register_buffer("seen", torch.ones(space.size, dtype=torch.bool))
        self.record([spoken(text, config.prompt_seconds) for text in self.texts])

    def record(self, prompts: Sequence[np.ndarray]) -> None:
        """Take these recordings (samples,) at 16 kHz as the prompts, all equally loud."""
        self.prompts.zero_()
        for row, samples in enumerate(prompts):
            samples = samples[: self.prompts.shape[1]]
            level = 0.05 / max(float(np.sqrt(np.mean(np.square(samples)))), 1e-6)
            self.prompts[row, : len(samples)] = torch.from_numpy(np.asarray(samples, np.float32)) * level
            self.prompt_lengths[row] = len(samples)

    def prepare(self, data: StageData) -> None:
        """Read the prompts of `prompt_folder`, note which emotions have training items, and check for transcripts."""
        config, items = self.config, data.items["train"]
        if config.prompt_folder:
            files = [Path(config.prompt_folder).expanduser() / f"{name}.wav" for name in self.space.names]
            absent = next((file for file in files if not file.is_file()), None)
            if absent is not None:
                raise Ai4erError(
                    f"prompt_folder: there is no {absent}; it needs a recording LABEL.wav of every emotion"
                )
            self.record([audio_of(Record(id=file.name, corpus="", audio=str(file)), RATE) for file in files])
        if config.recognition_weight:
            need_transcripts(self.slug(), items, WAV2VEC2, "set recognition_weight=0")
        there = {int(item.target) for item in items if item.target is not None}
        self.seen.copy_(torch.tensor([number in there for number in range(self.space.size)]))

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the `letters` of what is said, where they are known."""
        batch = super().collate(items)
        batch.extras["letters"] = transcripts(items, WAV2VEC2)
        return batch

    def drawn(self, targets: Tensor) -> Tensor:
        """The emotions whose prompts an utterance is paired with in training, its own first: (batch, 1 + negatives).

        Negatives are different from each other, and have training items.
        """
        others = int(self.seen.sum()) - 1
        number = min(self.config.negatives or others, others)
        chance = torch.rand(len(targets), self.space.size, device=targets.device).masked_fill(~self.seen, -1)
        own = targets.clamp(min=0).unsqueeze(1)
        return chance.scatter(1, own, 2).topk(1 + number, dim=1).indices

    def paired(self, speech: Padded, classes: Tensor) -> Padded:
        """Each utterance behind each of its prompts: classes (batch, prompts) -> (batch * prompts, samples)."""
        chosen, each = classes.flatten(), classes.shape[1]
        prompts = Padded(self.prompts[chosen], self.prompt_lengths[chosen])
        utterances = Padded(speech.data.repeat_interleave(each, 0), speech.lengths.repeat_interleave(each))
        return joined(prompts, utterances, torch.zeros(round(self.config.silence_seconds * RATE), device=chosen.device))

    def forward(self, batch: Batch) -> Outputs:
        """In training pairs with the prompts that are drawn, otherwise with all prompts: logits are log-odds."""
        speech, size = batch["speech"], len(batch)
        if self.training and batch.targets is not None:
            classes = self.drawn(batch.targets)
        else:
            classes = torch.arange(self.space.size, device=speech.lengths.device).expand(size, -1)
        given = self.paired(speech, classes) if self.config.prompted else speech
        states, frames = self.encoder.hidden(given.data, given.lengths)
        last = states[:, :, -1]
        mask = torch.arange(last.shape[1], device=last.device) < frames.unsqueeze(1)
        pooled = self.dropout(masked_mean(last, mask))
        extras: dict[str, Any] = {"classes": classes, "frames": frames}
        if self.config.recognition_weight:
            extras["letters"] = self.recognition(last)
        if not self.config.prompted:
            return Outputs(logits=self.entailment(pooled), extras=extras)
        pairs = self.entailment(pooled).unflatten(0, (size, -1))
        return Outputs(logits=pairs[..., 1] - pairs[..., 0], extras={**extras, "pairs": pairs})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Entailment of the pairs, in which both answers weigh the same, and CTC of what both parts say."""
        given, config = outputs.extras, self.config
        if config.prompted:
            terms = {"entailment": _entailment(given["pairs"], given["classes"], batch.targets)}
        else:
            terms = {"cross_entropy": known_cross_entropy(outputs.logits, batch.targets)}
        if config.recognition_weight:
            said = self._said(given["classes"], batch.extras["letters"])
            terms["ctc"] = config.recognition_weight * ctc_loss(
                given["letters"], given["frames"], said.data, said.lengths
            )
        return terms

    def _said(self, classes: Tensor, letters: Padded) -> Padded:
        """The letters of prompt and utterance; none for pairs whose utterance nobody wrote down."""
        if not self.config.prompted:
            return letters
        spelled = pad([WAV2VEC2.encode(text) for text in self.texts]).to(classes.device)
        each, chosen = classes.shape[1], classes.flatten()
        texts = Padded(letters.data.repeat_interleave(each, 0), letters.lengths.repeat_interleave(each))
        between = torch.tensor([SPACE_BETWEEN], device=classes.device)
        both = joined(Padded(spelled.data[chosen], spelled.lengths[chosen]), texts, between)
        return Padded(both.data, both.lengths * (texts.lengths > 0))

    def stages(self) -> list[Stage]:
        """One stage of AdamW with a linear warm-up and fall."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.AdamW([p for p in self.parameters() if p.requires_grad], config.learning_rate)
            return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua", before="prepare", buckets=True)]


def _entailment(pairs: Tensor, classes: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of pairs (batch, prompts, 2) with classes (batch, prompts); unlabelled items do not count."""
    belongs = classes == targets.unsqueeze(1)
    each = functional.cross_entropy(pairs.flatten(0, 1), belongs.long().flatten(), reduction="none").view_as(belongs)
    weight = torch.where(belongs, float(max(1, classes.shape[1] - 1)), 1.0) * belongs.any(1, keepdim=True)
    return (each * weight).sum() / weight.sum().clamp(min=1)
