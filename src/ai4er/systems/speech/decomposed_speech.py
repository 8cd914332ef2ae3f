"""Emotion from speech that is taken apart into content, pitch, rhythm and timbre.

An autoencoder with narrow codes separates an utterance: content and pitch are the codes of inputs that are told at a
random tempo, rhythm is the narrowest code, of the only input that is not, and timbre one vector for the utterance. The
classifier reads all four, and emotion, speaker, words and reconstruction are learnt together. Reference: Hsu, Wu and
Wei, "Speech Emotion Recognition using Decomposed Speech via Multi-task Learning", Interspeech 2023; the decomposition
is that of Qian et al., "Unsupervised speech decomposition via triple information bottleneck", ICML 2020.

Known: the four codes and tasks, and everything of the decomposition but the timbre. Chosen: timbre from an encoder
that learns the speakers; the heads; weights 0.1, 0.1 and 1; whole utterances of up to 8 s; pitch relative to the item
and not to its speaker, whose other recordings are not known in use; group norms over real frames; in training,
sequences may grow by half when they are resampled, and have their real lengths; a code stands for four steps before
the recogniser. The decomposition is pretrained on the training part for 100 epochs, not on VCTK for a million steps
(`pretrain_role` can name other speech).

Offline substitute: frames of 32 ms, narrower convolutions, a smaller decoder, a short pretraining; absolute pitch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.features.pitch_bins import LEVELS
from ai4er.labels import LabelSpace
from ai4er.labels.characters import WAV2VEC2
from ai4er.losses.ctc import ctc_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.attentive_statistics import AttentiveStatistics
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.bottleneck_encoder import HOP, BottleneckEncoder, TimbreEncoder, repeated, resampled_codes
from ai4er.nn.ctc import CTCHead
from ai4er.systems._speakers import number_speakers, speakers_of
from ai4er.systems._transcripts import need_transcripts, transcripts
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported

Stream = Literal["content", "pitch", "rhythm"]
STREAMS: tuple[Stream, ...] = ("content", "pitch", "rhythm")
SPELLED = 4  # steps that a code stands for before the recogniser: 32 ms each


class Config(SystemConfig):
    """The sizes of the published decomposition; `speakers` is how many can be told, at least those of training.

    `longest` is in frames, of which the first are read (8 s); `streams` are those that the classifier reads beside the
    timbre.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"mel": "unit_mel:hop=512", "pitch": "pitch_bins:hop=512,reference=range"}, "channels": (96, 48, 32),
        "timbre_channels": 64, "decoder_units": 64, "decoder_layers": 1, "recogniser_units": 64, "recogniser_layers": 1,
        "emotion_units": 48, "speakers": 64, "learning_rate": 2e-3, "batch_size": 32, "pretrain_epochs": 3,
        "epochs": 25,
    }  # fmt: skip

    inputs: dict[str, str] = {"mel": "unit_mel", "pitch": "pitch_bins"}
    longest: int = pydantic.Field(500, gt=0)
    channels: tuple[int, int, int] = (512, 256, 128)
    channels_per_group: int = pydantic.Field(16, gt=0)
    content_units: int = 8
    pitch_units: int = 32
    rhythm_units: int = 1
    timbre_channels: int = 256
    timbre: int = 64
    decoder_units: int = 512
    decoder_layers: int = 3
    recogniser_units: int = 256
    recogniser_layers: int = 2
    emotion_units: int = 128
    hidden: int = 256
    dropout: float = 0.3
    streams: tuple[Stream, ...] = pydantic.Field(STREAMS, min_length=1)
    speakers: int = pydantic.Field(8, gt=0)
    speaker_weight: float = pydantic.Field(0.1, ge=0)
    recognition_weight: float = pydantic.Field(0.1, ge=0)
    reconstruction_weight: float = pydantic.Field(1.0, gt=0)
    pretrain_role: Literal["train", "pretrain", "unlabelled"] = "train"
    learning_rate: float = 1e-4
    batch_size: int = 16
    pretrain_epochs: int = pydantic.Field(100, ge=0)
    epochs: int = 80

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"mel": "unit_mel:hop=512", "pitch": "pitch_bins:hop=512"}, channels=(32, 16, 16),
            timbre_channels=16, decoder_units=16, decoder_layers=1, recogniser_units=16, recogniser_layers=1,
            emotion_units=16, hidden=32, learning_rate=1e-2, batch_size=24, pretrain_epochs=2, epochs=4,
        )  # fmt: skip


class StreamSummary(nn.Module):
    """A bidirectional LSTM, a projection and attentive statistics: (batch, codes, features) -> (batch, 2 units)."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.lstm = BidirectionalLSTM(features, units)
        self.projection = nn.Linear(2 * units, units)
        self.pooling = AttentiveStatistics(units, units)

    def forward(self, codes: Tensor, count: Tensor) -> Tensor:
        mask = torch.arange(codes.shape[1], device=codes.device) < count.unsqueeze(1)
        return self.pooling(self.projection(self.lstm(codes, count)), mask)


class DecomposedSpeech(System[Config]):
    """Mel spectrogram and pitch -> four codes -> class logits; in training also speaker, words and spectrogram."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="Speech Emotion Recognition using Decomposed Speech via Multi-task Learning",
        venue="Interspeech", year=2023, paper="hsu23", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="wa", value=0.775, certainty="abstract",
                     note="the folds were not found"),
        ),
        diagnostic=Diagnostic(
            mechanism="rhythm_and_pitch", ablation={"streams": ("content",)}, margin=0.15,
            settings={
                "inputs": {"mel": "array:name=mel", "pitch": "array:name=pitch"}, "recognition_weight": 0,
                "speaker_weight": 0, "pretrain_epochs": 0, "epochs": 6, "batch_size": 32,
            },
            removes="the streams of pitch and rhythm from the classifier",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if len(shapes["mel"]) != 1 or shapes["pitch"] not in ((), (1,)):
            raise Ai4erError(f"decomposed_speech reads a spectrogram (frames, bands) and a pitch level of every frame; "
                             f"mel is {shapes['mel']} and pitch {shapes['pitch']} a frame")  # fmt: skip
        bands, (content, pitch, rhythm), each = shapes["mel"][0], config.channels, config.channels_per_group
        self.content_encoder = BottleneckEncoder(bands, content, content // each, 3, config.content_units, 2)
        self.pitch_encoder = BottleneckEncoder(LEVELS + 1, pitch, pitch // each, 3, config.pitch_units)
        self.rhythm_encoder = BottleneckEncoder(bands, rhythm, rhythm // each, 1, config.rhythm_units)
        timbre = config.timbre_channels
        self.timbre_encoder = TimbreEncoder(bands, timbre, timbre // each, config.timbre)
        sizes = [2 * units for units in (config.content_units, config.pitch_units, config.rhythm_units)]
        self.decoder = BidirectionalLSTM(sum(sizes) + config.timbre, config.decoder_units, config.decoder_layers)
        self.spectrum = nn.Linear(2 * config.decoder_units, bands)
        self.summaries = nn.ModuleDict(
            {
                name: StreamSummary(size, config.emotion_units)
                for name, size in zip(STREAMS, sizes)
                if name in config.streams
            }
        )
        self.emotion = nn.Sequential(
            nn.Linear(2 * len(self.summaries) * config.emotion_units + config.timbre, config.hidden), nn.ReLU(),
            nn.Dropout(config.dropout), nn.Linear(config.hidden, space.size),
        )  # fmt: skip
        if config.recognition_weight:
            self.recogniser = BidirectionalLSTM(sizes[0], config.recogniser_units, config.recogniser_layers)
            self.letters = CTCHead(2 * config.recogniser_units, len(WAV2VEC2.symbols))
        if config.speaker_weight:
            self.speaker = nn.Linear(config.timbre, config.speakers)
        self.speaker_numbers: dict[str, int] = {}

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the `letters` and the `speakers`, where they are known."""
        batch = super().collate(items)
        batch.extras["letters"] = transcripts(items, WAV2VEC2)
        batch.extras["speakers"] = speakers_of(items, self.speaker_numbers)
        return batch

    def decomposed(
        self, mel: Tensor, pitch: Tensor, lengths: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor], Tensor]:
        """The codes of each stream, (batch, codes, features), their numbers (batch,), and the timbre (batch, features).

        mel (batch, frames, bands), pitch (batch, frames) levels, lengths (batch,). In training content and pitch are
        told at a random tempo, in half as many frames more.
        """
        mask = torch.arange(mel.shape[1], device=mel.device) < lengths.unsqueeze(1)
        heights = functional.one_hot(pitch.long(), LEVELS + 1).to(mel.dtype) * mask.unsqueeze(-1)
        rhythm, plain = self.rhythm_encoder(mel, lengths)
        timbre = self.timbre_encoder(mel, mask)
        if self.training:
            room = (0, 0, 0, mel.shape[1] // 2)
            wide = [functional.pad(x, room) for x in (mel, heights)]
            (content, melody), count = resampled_codes([self.content_encoder, self.pitch_encoder], wide, lengths)
        else:
            (content, count), (melody, _) = self.content_encoder(mel, lengths), self.pitch_encoder(heights, lengths)
        codes = {"content": content, "pitch": melody, "rhythm": rhythm}
        return codes, {"content": count, "pitch": count, "rhythm": plain}, timbre

    def reconstructed(self, codes: dict[str, Tensor], timbre: Tensor, lengths: Tensor, frames: int) -> Tensor:
        """The spectrogram that the decoder makes of the codes, (batch, frames, bands)."""
        wide = [repeated(codes[name], HOP, frames) for name in STREAMS]
        joined = torch.cat([*wide, timbre.unsqueeze(1).expand(-1, frames, -1)], -1)
        spectrum: Tensor = self.spectrum(self.decoder(joined, lengths))
        return spectrum

    def forward(self, batch: Batch) -> Outputs:
        config, limit = self.config, self.config.longest
        mel, pitch = batch["mel"].data[:, :limit], batch["pitch"].data[:, :limit].flatten(1)
        lengths = batch["mel"].lengths.clamp(min=1, max=limit)
        codes, counts, timbre = self.decomposed(mel, pitch, lengths)
        summaries = [summary(codes[name], counts[name]) for name, summary in self.summaries.items()]
        pooled = torch.cat([*summaries, timbre], 1)
        extras: dict[str, Any] = {"frames": lengths, "mel": mel}
        if self.training:
            extras["reconstruction"] = self.reconstructed(codes, timbre, lengths, mel.shape[1])
            if config.recognition_weight:
                extras["steps"] = counts["content"] * SPELLED
                extras["letters"] = self.letters(self.recogniser(repeated(codes["content"], SPELLED), extras["steps"]))
            if config.speaker_weight:
                extras["speakers"] = self.speaker(timbre)
        return Outputs(logits=self.emotion(pooled), embedding=pooled, extras=extras)

    def reconstruction_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The mean squared error of the spectrogram over real frames."""
        given = outputs.extras
        mask = torch.arange(given["mel"].shape[1], device=given["mel"].device) < given["frames"].unsqueeze(1)
        squared = (given["reconstruction"] - given["mel"]).square().mean(-1)
        return {"reconstruction": (squared * mask).sum() / mask.sum()}

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Emotion, reconstruction, speaker and letters."""
        config, given, known = self.config, outputs.extras, batch.extras
        rebuilt = self.reconstruction_loss(outputs, batch)["reconstruction"]
        terms = {
            "cross_entropy": known_cross_entropy(outputs.logits, batch.targets),
            "reconstruction": config.reconstruction_weight * rebuilt,
        }
        if config.speaker_weight:
            terms["speaker"] = config.speaker_weight * known_cross_entropy(given["speakers"], known["speakers"])
        if config.recognition_weight:
            said = known["letters"]
            spelled = ctc_loss(given["letters"], given["steps"], said.data, said.lengths)
            terms["ctc"] = config.recognition_weight * spelled
        return terms

    def prepare(self, data: StageData) -> None:
        """Number the speakers of the training part; raise `Ai4erError` where a task has nothing to learn from."""
        config, items = self.config, data.items["train"]
        if config.speaker_weight:
            self.speaker_numbers = number_speakers(self.slug(), items, config.speakers)
        if config.recognition_weight:
            need_transcripts(self.slug(), items, WAV2VEC2, "set recognition_weight=0")

    def stages(self) -> list[Stage]:
        """The decomposition by itself, then all four tasks."""
        config = self.config

        def optimise(*parts: nn.Module) -> Callable[[int], list[Optimisation]]:
            weights = [p for part in parts for p in part.parameters()]
            return lambda steps: [Optimisation(torch.optim.Adam(weights, config.learning_rate))]

        parts = (self.content_encoder, self.pitch_encoder, self.rhythm_encoder, self.timbre_encoder, self.decoder,
                 self.spectrum)  # fmt: skip
        size = config.batch_size
        first = Stage("decompose", config.pretrain_epochs, size, optimise(*parts), loss="reconstruction_loss",
                      role=config.pretrain_role, buckets=True)  # fmt: skip
        last = Stage("tasks", config.epochs, size, optimise(self), select="wa", before="prepare", buckets=True)
        return [first, last] if config.pretrain_epochs else [last]
