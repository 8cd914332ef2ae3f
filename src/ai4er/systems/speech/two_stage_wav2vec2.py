"""wav2vec 2.0 fine-tuned for speech recognition and gender first, and for emotion afterwards.

Trained together on one encoder, recognition and emotion pull it in conflicting directions; one after the other, the
second builds on the first. What the words are is learnt in the upper layers, where the speaker is forgotten, so the
tasks on whole utterances also read a lower layer, h_12 + h_l. Reference: Gao, Chu and Kawahara, "Two-stage Finetuning
of Wav2vec 2.0 for Speech Emotion Recognition with ASR and Gender Pretraining", Interspeech 2023.

Known: the order of the stages, that gender needs the skip connection, and the objective of the joint baseline (Cai et
al. 2021). Chosen: the base network with its convolutions frozen; layer 6, added; linear heads on the mean over real
frames; a gender weight of 0.1; AdamW with 5e-5 and then 3e-5, falling linearly, for 30 epochs each; the first stage
learns from the corpus' own transcripts (`recognition_role` can name other speech) and keeps the epoch of the smallest
validation loss.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.labels.characters import WAV2VEC2
from ai4er.labels.word_error_rate import word_error_rate
from ai4er.losses.ctc import ctc_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.ctc import CTCHead, best_path
from ai4er.nn.gradient_cosine import gradient_cosine
from ai4er.nn.pooling import masked_mean
from ai4er.systems._schedules import linear_warmup
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems._transcripts import need_transcripts, texts, transcripts
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported

GENDERS = {"female": 0, "male": 1}
Task = Literal["recognition", "gender"]


class Config(SystemConfig):
    """The order of the tasks and their weights; the paper's variants are combinations of `method` and `auxiliary`.

    `method` is `emotion` (emotion alone), `joint` (emotion and the auxiliary tasks at once) or `two_stage`.
    `skip_layer` is l of h_12 + h_l, 0 for h_12 alone. An empty `encoder` is a network for log-mel frames.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "skip_layer": 1, "recognition_rate": 1e-4, "learning_rate": 1e-4, "batch_size": 16,
        "recognition_epochs": 6, "epochs": 6, "warmup": 0.1,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "facebook/wav2vec2-base"
    method: Literal["emotion", "joint", "two_stage"] = "two_stage"
    auxiliary: tuple[Task, ...] = pydantic.Field(("recognition", "gender"), min_length=1)
    recognition_role: Literal["train", "pretrain", "unlabelled"] = "train"
    skip_layer: int = pydantic.Field(6, ge=0)
    dropout: float = 0.1
    gender_weight: float = 0.1
    joint_weight: float = 0.1
    recognition_rate: float = 5e-5
    learning_rate: float = 3e-5
    warmup: float = 0.0
    batch_size: int = 8
    recognition_epochs: int = 30
    epochs: int = 30

    @classmethod
    def small(cls) -> Self:
        return cls(
            encoder="", skip_layer=1, recognition_rate=3e-3, learning_rate=3e-3, batch_size=16, recognition_epochs=4,
            epochs=6,
        )  # fmt: skip


class TwoStageWav2Vec2(System[Config]):
    """Waveform -> class logits; in training also the gender and the letters of every frame."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Two-stage Finetuning of Wav2vec 2.0 for Speech Emotion Recognition with ASR and Gender Pretraining",
        venue="Interspeech", year=2023, paper="gao23d", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.761, certainty="abstract",
                     note="whether by session or speaker was not found"),
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.7213, certainty="inferred",
                     note="emotion alone: 3.97 points less"),
        ),
        frozen=("encoder.network.feature_extractor", "encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="spoken_letters", ablation={"method": "emotion"}, margin=0.15,
            settings={"recognition_role": "unlabelled", "auxiliary": ("recognition",), "skip_layer": 0,
                      "recognition_epochs": 20, "epochs": 25},
            removes="the stage of speech recognition",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.encoder = speech_encoder(config.encoder, shapes["speech"], ("feature_extractor",), channels=())
        hidden, layers = self.encoder.hidden_size, self.encoder.states_number - 1
        if config.skip_layer >= layers:
            raise Ai4erError(f"skip_layer={config.skip_layer}: it must be below the last of the {layers} layers")
        self.emotion = nn.Linear(hidden, space.size)
        if config.method != "emotion" and "recognition" in config.auxiliary:
            self.recognition = CTCHead(hidden, len(WAV2VEC2.symbols), config.dropout)
        if config.method != "emotion" and "gender" in config.auxiliary:
            self.gender = nn.Linear(hidden, len(GENDERS))

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the `letters` and `genders` of the items, where they are known."""
        batch = super().collate(items)
        batch.extras["letters"] = transcripts(items, WAV2VEC2)
        known = [GENDERS.get(item.record.attributes.get("gender", ""), UNLABELLED) for item in items]
        batch.extras["genders"] = torch.tensor(known)
        return batch

    def forward(self, batch: Batch) -> Outputs:
        speech = batch["speech"]
        states, frames = self.encoder.hidden(speech.data, speech.lengths)
        return self.answered(states, frames)

    def answered(self, states: Tensor, frames: Tensor) -> Outputs:
        """What the heads make of the states of all layers, (batch, frames, layers, hidden), with frames (batch,)."""
        last, skip = states[:, :, -1], self.config.skip_layer
        mask = torch.arange(last.shape[1], device=last.device) < frames.unsqueeze(1)
        pooled = masked_mean(last + states[:, :, skip] if skip else last, mask)
        outputs = Outputs(logits=self.emotion(pooled), embedding=pooled, extras={"frames": frames})
        if hasattr(self, "recognition"):
            outputs.extras["letters"] = self.recognition(last)
        if hasattr(self, "gender"):
            outputs.extras["gender"] = self.gender(pooled)
        return outputs

    def transcribed(self, batch: Batch) -> list[str]:
        """What is said in each item of a batch, by the best letter of every frame."""
        outputs = self(batch)
        return [WAV2VEC2.decode(row) for row in best_path(outputs.extras["letters"], outputs.extras["frames"])]

    def word_error_rate(self, batches: Sequence[Batch]) -> float:
        """The word error rate over batches whose transcripts are known."""
        said = [text for batch in batches for text in texts(batch.extras["letters"], WAV2VEC2)]
        return word_error_rate(said, [text for batch in batches for text in self.transcribed(batch)])

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the emotion; in joint training the auxiliary terms too."""
        terms = {"cross_entropy": known_cross_entropy(outputs.logits, batch.targets)}
        if self.config.method != "joint":
            return terms
        return terms | {name: self.config.joint_weight * term for name, term in self._auxiliary(outputs, batch).items()}

    def recognition_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The first stage: CTC of the letters, and the gender with its weight."""
        weights = {"ctc": 1.0, "gender": self.config.gender_weight}
        return {name: weights[name] * term for name, term in self._auxiliary(outputs, batch).items()}

    def _auxiliary(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        terms, given = {}, outputs.extras
        if "letters" in given:
            said = batch.extras["letters"]
            terms["ctc"] = ctc_loss(given["letters"], given["frames"], said.data, said.lengths)
        if "gender" in given:
            terms["gender"] = known_cross_entropy(given["gender"], batch.extras["genders"])
        return terms

    def conflict(self, batch: Batch) -> float:
        """The cosine between what emotion and recognition ask of the encoder on a batch; below 0 they conflict."""
        outputs = self(batch)
        emotion = known_cross_entropy(outputs.logits, batch.targets)
        return float(gradient_cosine(emotion, self._auxiliary(outputs, batch)["ctc"], self.encoder.parameters()))

    def check(self, data: StageData) -> None:
        """Raise `Ai4erError` where no training item has what the auxiliary tasks learn from."""
        role = self.config.recognition_role if self.config.method == "two_stage" else "train"
        if hasattr(self, "recognition"):
            need_transcripts(self.slug(), data.items[role], WAV2VEC2, 'set auxiliary=["gender"] or method=emotion')
        known = any(item.record.attributes.get("gender") in GENDERS for item in data.items[role])
        if hasattr(self, "gender") and not known:
            raise Ai4erError(f'{self.slug()}: no item of the role {role} has a gender: set auxiliary=["recognition"]')

    def stages(self) -> list[Stage]:
        """Recognition and then emotion, or a single stage."""
        config = self.config

        def optimise(rate: float, *heads: str) -> Callable[[int], list[Optimisation]]:
            def build(steps: int) -> list[Optimisation]:
                parts = [self.encoder, *(getattr(self, name) for name in heads if hasattr(self, name))]
                learnt = [p for part in parts for p in part.parameters() if p.requires_grad]
                optimiser = torch.optim.AdamW(learnt, rate)
                return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps))]

            return build

        first = Stage(
            "recognition", config.recognition_epochs, config.batch_size,
            optimise(config.recognition_rate, "recognition", "gender"), loss="recognition_loss", select="loss",
            before="check", role=config.recognition_role, buckets=True,
        )  # fmt: skip
        heads = ("emotion", "recognition", "gender") if config.method == "joint" else ("emotion",)
        last = Stage(
            "emotion", config.epochs, config.batch_size, optimise(config.learning_rate, *heads), select="ua",
            before="check" if config.method == "joint" else None, buckets=True,
        )  # fmt: skip
        return [first, last] if config.method == "two_stage" else [last]
