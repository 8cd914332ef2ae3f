"""Emotion, words, speakers and speech itself from one encoder, for conversations that nobody has cut into utterances.

Four heads read the same encoder, each through a mixture of all its layers of its own. Trained on utterances, the model
then goes through a whole conversation: it finds the stretches of speech, cuts them into pieces that are clustered by
speaker, and writes down and classifies every turn (`ai4er recognize call.wav --recognizer FOLDER --speakers 2`);
emotion is scored over time (`evaluation/conversation.py`).
Reference: Wu et al., "Integrating Emotion Recognition with Speech Recognition and Speaker Diarisation for
Conversations", Interspeech 2023, arXiv 2308.07145.

Known: heads, losses, both optimisers, annealing, inference (sheet checked against the released code). Chosen: states
are normalised over, and means taken of, real frames alone (the release counts padding), and batches are of similar
length; frames count as speech where their level is within 35 dB of the loudest, there being no forced alignment; two
learning rates fall only where there is a validation part; the epoch of the smallest validation loss and not the average
of the best three; the speaker head starts from random weights. The paper's error rates were not found.

Offline substitute: `ai4er-small`, with smaller heads and for fewer epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn

from ai4er.augment.waveform_perturbation import drop_frequencies, drop_stretches, perturb_speed
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.labels.characters import Alphabet
from ai4er.labels.turns import Turn
from ai4er.labels.word_error_rate import word_error_rate
from ai4er.losses.ctc import ctc_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.ctc import best_path
from ai4er.systems._new_bob import NewBob
from ai4er.systems._speakers import number_speakers, speakers_of
from ai4er.systems._speech_encoder import GivenFrames, speech_encoder
from ai4er.systems._transcripts import need_transcripts, texts, transcripts
from ai4er.systems.base import Converse, EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.card import Card
from ai4er.systems.speech._conversation import find_turns
from ai4er.systems.speech._joint_heads import EmotionHead, SpeakerHead, SpeechHead, WordHead, loud_frames, normalised
from ai4er.systems.speech._joint_reader import JointReader

LETTERS = Alphabet(("<blank>", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", " ", "."), " ")
SPEEDS = (0.95, 1.0, 1.05)
QUIET = 35.0  # decibels below the loudest frame
EVERY = 4  # batches to a step of the slow optimiser


class Config(SystemConfig):
    """Sizes, weights and rates of the release. `weights` and `rates` are of emotion, words, speaker and speech.

    An empty `encoder` is a network for log-mel frames; `speakers` is how many can be told, at least those of training.
    A weight of 0 leaves the task out, emotion excepted.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "emotion_dim": 96, "emotion_blocks": 2, "word_units": 96, "word_layers": 1,
        "speech_dim": 64, "speaker_channels": (64, 64, 64, 64, 192), "speaker_embedding": 64, "speakers": 64,
        "encoder_rate": 0.01, "batch_size": 8, "epochs": 10,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "microsoft/wavlm-base-plus"
    emotion_dim: int = 256
    emotion_blocks: int = 4
    emotion_dropout: float = 0.3
    word_units: int = 256
    word_layers: int = 4
    word_dropout: float = 0.2
    speech_dim: int = 256
    speaker_channels: tuple[int, int, int, int, int] = (512, 512, 512, 512, 1500)
    speaker_embedding: int = 512
    speakers: int = pydantic.Field(8, gt=0)
    word_weight: float = pydantic.Field(1.0, ge=0)
    speaker_weight: float = pydantic.Field(1.2, ge=0)
    speech_weight: float = pydantic.Field(1.2, ge=0)
    encoder_rate: float = 0.001
    emotion_rate: float = 0.6
    word_rate: float = 1.2
    speaker_rate: float = 0.2
    speech_rate: float = 0.4
    batch_size: int = 4
    epochs: int = 40

    @classmethod
    def small(cls) -> Self:
        return cls(
            encoder="", emotion_dim=32, emotion_blocks=1, emotion_dropout=0.0, word_units=16, word_layers=1,
            speech_dim=16, speaker_channels=(16, 16, 16, 16, 32), speaker_embedding=16, encoder_rate=1.0, batch_size=8,
            epochs=4,
        )  # fmt: skip


class ASRDiarisationEmotion(System[Config]):
    """Waveform -> class logits; in training and in conversations also words, speakers and speech."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Integrating Emotion Recognition with Speech Recognition and Speaker Diarisation for Conversations",
        venue="Interspeech", year=2023, paper="arXiv 2308.07145", inputs=("speech",), task="single label",
        official_code="W-Wu/sTEER",
        frozen=("encoder.network.feature_extractor", "encoder.network.masked_spec_embed"),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        encoder = speech_encoder(config.encoder, shapes["speech"], ("feature_extractor",), channels=())
        if isinstance(encoder, GivenFrames):
            raise Ai4erError(f"asr_diarisation_emotion reads samples, and speech is frames of {shapes['speech']}")
        self.encoder, self.hop = encoder, encoder.hop
        layers, hidden = self.encoder.states_number, self.encoder.hidden_size
        self.emotion = EmotionHead(
            layers, hidden, config.emotion_dim, config.emotion_blocks, space.size, config.emotion_dropout
        )
        if config.word_weight:
            symbols = len(LETTERS.symbols)
            self.words = WordHead(layers, hidden, config.word_units, config.word_layers, symbols, config.word_dropout)
        if config.speaker_weight:
            self.speaker = SpeakerHead(layers, hidden, config.speaker_channels, config.speaker_embedding)
            self.speaker_classes = nn.Linear(config.speaker_embedding, config.speakers)
        if config.speech_weight:
            self.speech = SpeechHead(layers, hidden, config.speech_dim)
        factors = {"emotion": 0.8, "words": 0.6, "speaker": 0.7, "speech": 0.7, "encoder": 0.6}
        self.annealing = nn.ModuleDict({name: NewBob(factor) for name, factor in factors.items()})
        self.speaker_numbers: dict[str, int] = {}
        self.optimisers: list[torch.optim.Optimizer] = []
        self.since = 0

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the `letters` and the `speakers`, where they are known."""
        batch = super().collate(items)
        batch.extras["letters"] = transcripts(items, LETTERS)
        batch.extras["speakers"] = speakers_of(items, self.speaker_numbers)
        return batch

    def states(self, speech: Padded) -> tuple[Tensor, Tensor, Tensor]:
        """Normalised states (batch, frames, layers, hidden), their mask (batch, frames) and number (batch,)."""
        found, frames = self.encoder.hidden(speech.data, speech.lengths)
        mask = torch.arange(found.shape[1], device=found.device) < frames.unsqueeze(1)
        return normalised(found, mask), mask, frames

    def forward(self, batch: Batch) -> Outputs:
        states, mask, frames = self.states(batch["speech"])
        pooled = self.emotion.pooled(states, mask)
        extras = {"states": states, "mask": mask, "frames": frames}
        return Outputs(logits=self.emotion.output(pooled), embedding=pooled, extras=extras)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Emotion and speech of the recordings as they are; words and speaker, in training, of perturbed ones."""
        config, given, known, speech = self.config, outputs.extras, batch.extras, batch["speech"]
        terms = {"emotion": known_cross_entropy(outputs.logits, batch.targets)}
        if config.speech_weight:
            loud = loud_frames(speech.data, given["mask"].shape[1], self.hop, QUIET)
            targets = loud.masked_fill(~given["mask"], UNLABELLED).flatten()
            terms["speech"] = config.speech_weight * known_cross_entropy(
                self.speech(given["states"]).flatten(0, 1), targets
            )
        if not config.word_weight and not config.speaker_weight:
            return terms
        states, frames = given["states"], given["frames"]
        if self.training:
            states, _, frames = self.states(self.perturbed(speech))
        if config.word_weight:
            letters, said = self.words(states, frames), known["letters"]
            terms["words"] = config.word_weight * ctc_loss(letters, frames, said.data, said.lengths)
        if config.speaker_weight:
            speakers = self.speaker_classes(self.speaker(states, frames))
            terms["speaker"] = config.speaker_weight * known_cross_entropy(speakers, known["speakers"])
        return terms

    def perturbed(self, speech: Padded) -> Padded:
        """The recordings at another speed, with frequencies and stretches missing."""
        speed = SPEEDS[int(torch.randint(len(SPEEDS), ()))]
        samples, lengths = perturb_speed(speech.data, speech.lengths, speed)
        return Padded(drop_stretches(drop_frequencies(samples), lengths), lengths)

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """Encoder and words learn from every batch, the other heads from every fourth, of the loss of all four."""
        fast, slow = optimisers
        fast.zero_grad()
        if self.since % EVERY == 0:
            slow.zero_grad()
        terms = self.loss(self(batch), batch)
        backward(torch.stack(list(terms.values())).sum() / EVERY)
        fast.step()
        self.since += 1
        if self.since % EVERY == 0:
            slow.step()
        return terms

    def drawn(self, units: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
        """Batches of similar length in random order; an epoch begins with a new count of four."""
        self.since = 0
        order = generator.permutation(len(units))
        lengths = np.array([len(units[i].inputs["speech"]) for i in order])
        order = order[np.argsort(-lengths, kind="stable")]
        size = self.config.batch_size
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        return [batches[i] for i in generator.permutation(len(batches))]

    def transcribed(self, states: Tensor, frames: Tensor) -> list[str]:
        """What is said, from states (batch, frames, layers, hidden) of lengths (batch,)."""
        return [LETTERS.decode(path) for path in best_path(self.words(states, frames), frames)]

    def validated(self, batches: Iterable[Batch]) -> float:
        """The validation loss, less is better and so negative; rates fall where their own value no longer does."""
        totals: dict[str, list[float]] = {}
        said, heard = [], []
        for batch in batches:
            outputs = self(batch)
            terms = {name: float(term) for name, term in self.loss(outputs, batch).items()}
            terms["all"] = sum(terms.values())
            terms["wrong"] = float((outputs.logits.argmax(-1) != batch.targets).float().mean())
            for name, value in terms.items():
                totals.setdefault(name, []).append(value * len(batch))
            totals.setdefault("size", []).append(len(batch))
            if self.config.word_weight:
                said += texts(batch.extras["letters"], LETTERS)
                heard += self.transcribed(outputs.extras["states"], outputs.extras["frames"])
        mean = {name: sum(values) / sum(totals["size"]) for name, values in totals.items()}
        values = {"emotion": mean["wrong"], "encoder": mean["all"], "words": word_error_rate(said, heard)}
        values |= {name: mean[name] for name in ("speaker", "speech") if mean.get(name)}
        self._anneal({name: value for name, value in values.items() if value == value})
        return -mean["all"]

    def _anneal(self, values: dict[str, float]) -> None:
        for group in (group for optimiser in self.optimisers for group in optimiser.param_groups):
            if group["name"] in values:
                group["lr"] *= self.annealing[group["name"]](values[group["name"]])

    def prepare(self, data: StageData) -> None:
        """Number the speakers of the training part; raise `Ai4erError` where a task has nothing to learn from."""
        config, items = self.config, data.items["train"]
        if config.speaker_weight:
            self.speaker_numbers = number_speakers(self.slug(), items, config.speakers)
        if config.word_weight:
            need_transcripts(self.slug(), items, LETTERS, "set word_weight=0")

    def stages(self) -> list[Stage]:
        """One stage with two optimisers."""
        config = self.config
        decay = {"emotion": 0.0025 * 2.5, "speaker": 0.0025, "speech": 0.0025, "words": 1e-4, "encoder": 1e-4}
        rates = {"emotion": config.emotion_rate, "speaker": config.speaker_rate, "speech": config.speech_rate,
                 "words": config.word_rate, "encoder": config.encoder_rate}  # fmt: skip

        def adadelta(*names: str) -> torch.optim.Optimizer:
            groups = []
            for name in names:
                own = [
                    p for n, p in self.named_parameters() if n.startswith((f"{name}.", f"{name}_")) and p.requires_grad
                ]
                groups += [{"name": name, "params": own, "lr": rates[name], "weight_decay": decay[name]}] if own else []
            return torch.optim.Adadelta(groups, rho=0.95, eps=1e-8)

        def optimise(steps: int) -> list[Optimisation]:
            self.optimisers = [adadelta("encoder", "words"), adadelta("emotion", "speaker", "speech")]
            return [Optimisation(optimiser) for optimiser in self.optimisers]

        return [
            Stage("train", config.epochs, config.batch_size, optimise, select="validated", before="prepare",
                  sampler=self.drawn)
        ]  # fmt: skip

    @property
    def conversation(self) -> Converse | None:
        """`converse`, where words, speakers and speech were learnt."""
        config = self.config
        return self.converse if config.word_weight and config.speaker_weight and config.speech_weight else None

    @torch.inference_mode()
    def converse(self, samples: np.ndarray, speakers: int = 2) -> list[Turn]:
        """The turns of a whole conversation, (samples,) at 16 kHz, with this many speakers, in the order of time.

        Raises `Ai4erError` for a model that has not learnt words, speakers and speech.
        """
        if self.conversation is None:
            raise Ai4erError("a conversation needs words, speakers and speech: train with a weight for each of them")
        return find_turns(samples, JointReader(self.eval()), self.hop, speakers)
