"""A recogniser that writes an emotion and then the words, and is told how they are spoken by style tokens.

Joint recognition writes the emotion as the first symbol of the transcript. A recogniser that was trained on much speech
has learnt to ignore how something is said; a style encoder that reads the same recording gives it back, as a mixture of
a few learned styles that is added to every encoded step. Reference: Kyung et al., "Improving Joint Speech and Emotion
Recognition Using Global Style Tokens", Interspeech 2023.

Known: Conformer, emotion tag, style tokens, pretraining and fine-tuning. Chosen: 12 blocks of 256 with 4 heads, a
decoder of 6, CTC weight 0.3, label smoothing 0.1; the style is added at the encoder's output, through a layer that
begins at zero; the recogniser reads bands of mean 0 and variance 1 in every utterance, as recognisers do, and with
SpecAugment, the style encoder the same bands in units of their spread over the training part; word pieces by byte-pair
encoding of the training transcripts; Adam with Noam's schedule and then 1e-4; the epoch of the best validation
accuracy, no average; pretraining on the training part (`pretrain_role` can name a large corpus); hypotheses of the
decoder's beam are scored again with the CTC weight.

Offline substitute: two blocks of 64 and four style tokens of 16, as the sheet's variant for tests, with a decoder of
one, few word pieces, and no SpecAugment, with which the emotion was not learnt from some hundred recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.labels.characters import WAV2VEC2
from ai4er.labels.word_error_rate import word_error_rate
from ai4er.labels.word_pieces import LETTERS, WIDTH, WordPieces
from ai4er.nn.global_style_tokens import StyleEncoder
from ai4er.nn.hybrid_recogniser import BLANK, HybridRecogniser
from ai4er.nn.pooling import masked_mean
from ai4er.nn.span_masks import span_mask
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import need_vectors
from ai4er.systems._schedules import linear_warmup, noam
from ai4er.systems._transcripts import need_transcripts
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, pad
from ai4er.systems.card import Card, Diagnostic, Reported

PIECES = 2  # symbols: the blank, the end (and start) of a sequence, from here word pieces, and then the emotions


class Config(SystemConfig):
    """Sizes of the recogniser and of the style encoder; without `style` it is the joint recogniser alone.

    `pieces` is how many word pieces there may be. `time_span` and `band_span` are the widths of two masks each.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"mel": "log_mel:bands=40,n_fft=512,hop=320"}, "pieces": 120, "features": 64, "blocks": 2,
        "inner": 256, "kernel": 15, "decoder_blocks": 1, "style_channels": (16, 16, 32, 32), "style_units": 64,
        "style_tokens": 4, "style_features": 16, "time_span": 0, "band_span": 0, "pretrain_rate": 2e-3,
        "pretrain_warmup": 100, "learning_rate": 2e-3, "warmup": 100, "batch_size": 8, "pretrain_epochs": 10,
        "epochs": 40,
    }  # fmt: skip

    inputs: dict[str, str] = {"mel": "log_mel:bands=80,n_fft=400,hop=160"}
    pieces: int = pydantic.Field(500, ge=len(LETTERS))
    features: int = 256
    blocks: int = 12
    heads: int = 4
    inner: int = 2048
    kernel: int = 31
    decoder_blocks: int = 6
    dropout: float = 0.1
    style: bool = True
    style_channels: tuple[int, ...] = (32, 32, 64, 64, 128, 128)
    style_units: int = 128
    style_tokens: int = 10
    style_features: int = 256
    style_heads: int = 4
    ctc_weight: float = pydantic.Field(0.3, ge=0, le=1)
    label_smoothing: float = 0.1
    time_span: int = 40
    band_span: int = 15
    beam: int = pydantic.Field(10, gt=0)
    longest: int = pydantic.Field(100, gt=0)
    pretrain_role: Literal["train", "pretrain", "unlabelled"] = "train"
    pretrain_rate: float = 1e-3
    pretrain_warmup: int = 2500
    learning_rate: float = 1e-4
    warmup: int = 2500
    batch_size: int = 16
    pretrain_epochs: int = pydantic.Field(50, ge=0)
    epochs: int = 50

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"mel": "log_mel:bands=20,n_fft=512,hop=160"}, pieces=40, features=32, blocks=1, inner=64, kernel=7,
            decoder_blocks=1, style_channels=(8, 8, 16), style_units=16, style_tokens=4, style_features=64, time_span=0,
            band_span=0, pretrain_rate=3e-3, pretrain_warmup=5, learning_rate=5e-3, warmup=0, pretrain_epochs=2,
            epochs=5,
        )  # fmt: skip


class StyleTokenJointASR(System[Config]):
    """Log-mel frames -> an emotion and the words."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="Improving Joint Speech and Emotion Recognition Using Global Style Tokens", venue="Interspeech",
        year=2023, paper="10.21437/Interspeech.2023-2375", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.763, certainty="memory",
                     note="abstract; the split was not found"),
            Reported(corpus="iemocap", protocol="session", metric="wa", value=0.751, certainty="memory",
                     note="abstract; word error rate 15.8 %"),
        ),
        diagnostic=Diagnostic(
            mechanism="spoken_style", ablation={"style": False}, margin=0.08,
            settings={
                "inputs": {"mel": "array:name=mel"}, "pretrain_role": "unlabelled", "pretrain_epochs": 2, "epochs": 12,
                "batch_size": 8, "warmup": 5,
            },
            removes="the style tokens",
        ),
    )  # fmt: skip
    table: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, ["mel"])
        bands = shapes["mel"][0]
        self.first_emotion = PIECES + config.pieces
        symbols = self.first_emotion + space.size
        self.standardisation = Standardisation(bands)
        self.recogniser = HybridRecogniser(
            bands, symbols, config.features, config.blocks, config.heads, config.inner, config.kernel,
            config.decoder_blocks, config.dropout,
        )  # fmt: skip
        if config.style:
            self.style = StyleEncoder(
                bands, config.style_channels, config.style_units, config.style_tokens, config.style_features,
                config.style_heads,
            )  # fmt: skip
            self.injection = nn.Linear(config.style_features, config.features, bias=False)
            nn.init.zeros_(self.injection.weight)
        table = WordPieces().as_bytes(config.pieces)
        self.register_buffer("table", torch.from_numpy(table.reshape(config.pieces, WIDTH)))

    @property
    def word_pieces(self) -> WordPieces:
        """The pieces that were learnt from the training transcripts."""
        return WordPieces.from_bytes(self.table.tolist())

    def learn_pieces(self, data: StageData) -> None:
        """Learn word pieces and the spread of every band from the first stage's items."""
        items = data.items[self.config.pretrain_role if self.config.pretrain_epochs else "train"]
        need_transcripts(self.slug(), items, WAV2VEC2, "choose a corpus with transcripts")
        learnt = WordPieces.learn((item.record.text or "" for item in items), self.config.pieces)
        self.table.copy_(torch.from_numpy(learnt.as_bytes(self.config.pieces)))
        size = self.config.batch_size
        self.standardisation.measure((b["mel"].data, b["mel"].mask) for b in data.batches("train", size))

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the word `pieces` of what is said, where it is known."""
        batch, known = super().collate(items), self.word_pieces
        batch.extras["pieces"] = pad([known.encode(item.record.text or "") + PIECES for item in items])
        return batch

    def recognised(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The recogniser's states without style, (batch, steps, features), and their mask (batch, steps)."""
        mel, mask = batch["mel"], batch["mel"].mask
        states: tuple[Tensor, Tensor] = self.recogniser.encoder(
            self._augmented(_by_utterance(mel.data, mask), mel.lengths), mask
        )
        return states

    def styled(self, states: Tensor, batch: Batch) -> Tensor:
        """The states with the style of the utterance added to every step."""
        if not self.config.style:
            return states
        style = self.style(self.standardisation(batch["mel"].data), batch["mel"].mask)
        return states + self.injection(style).unsqueeze(1)

    def _augmented(self, x: Tensor, lengths: Tensor) -> Tensor:
        """SpecAugment in training: two masks of frames and two of bands."""
        config = self.config
        if self.training and config.time_span:
            x = x * ~span_mask(lengths, x.shape[1], config.time_span, 0, least=2).unsqueeze(2)
        if self.training and config.band_span:
            bands = torch.full_like(lengths, x.shape[2])
            x = x * ~span_mask(bands, x.shape[2], config.band_span, 0, least=2).unsqueeze(1)
        return x

    def forward(self, batch: Batch) -> Outputs:
        plain, mask = self.recognised(batch)
        states = self.styled(plain, batch)
        logits = self.recogniser.first_symbol(states, mask)[:, self.first_emotion :]
        extras = {"plain": plain, "states": states, "mask": mask}
        return Outputs(logits=logits, embedding=masked_mean(states, mask), extras=extras)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """CTC and attention over [emotion, word pieces, end]; the emotion alone where nobody wrote down the words."""
        config, said, given = self.config, batch.extras["pieces"], outputs.extras
        symbols = torch.cat([(batch.targets + self.first_emotion).unsqueeze(1), said.data], 1)
        return self.recogniser.losses(
            given["states"], given["mask"], symbols, said.lengths + 1, config.ctc_weight, config.label_smoothing
        )

    def recognition_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The first stage: the same over [word pieces, end], without style and without a row for any emotion."""
        config, said, given = self.config, batch.extras["pieces"], outputs.extras
        return self.recogniser.losses(
            given["plain"], given["mask"], said.data, said.lengths, config.ctc_weight, config.label_smoothing,
            self.first_emotion,
        )  # fmt: skip

    @torch.no_grad()
    def transcribed(self, batch: Batch) -> list[tuple[str, str]]:
        """The emotion and the words of each item, as the recogniser writes them down."""
        config, pieces = self.config, self.word_pieces
        emotions = range(self.first_emotion, self.first_emotion + self.space.size)
        unused = range(PIECES + len(pieces.pieces), self.first_emotion)
        plain, mask = self.recognised(batch)
        rows = self.recogniser.written(
            self.styled(plain, batch), mask, emotions, [BLANK, *unused], config.beam, config.longest, config.ctc_weight
        )
        return [
            (self.space.names[row[0] - self.first_emotion], pieces.decode(symbol - PIECES for symbol in row[1:]))
            for row in rows
        ]

    def word_error_rate(self, batches: Sequence[Batch]) -> float:
        """The word error rate over batches whose transcripts are known; the emotion is no word."""
        said, heard = [], []
        for batch in batches:
            rows = zip(batch.extras["pieces"].data.tolist(), batch.extras["pieces"].lengths.tolist())
            said += [self.word_pieces.decode(piece - PIECES for piece in row[:length]) for row, length in rows]
            heard += [words for _, words in self.transcribed(batch)]
        return word_error_rate(said, heard)

    def check(self, data: StageData) -> None:
        """Raise `Ai4erError` where a training item has no emotion, which would leave a hole in its sequence."""
        if any(item.target is None or int(item.target) < 0 for item in data.items["train"]):
            raise Ai4erError(f"{self.slug()} writes an emotion first, and a training item has none: leave it out")
        if not self.config.pretrain_epochs:
            self.learn_pieces(data)

    def stages(self) -> list[Stage]:
        """Recognition alone, then with emotions and styles."""
        config, size = self.config, self.config.batch_size

        def pretrain(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.Adam(self.recogniser.parameters(), config.pretrain_rate, betas=(0.9, 0.98))
            return [Optimisation(optimiser, noam(optimiser, config.pretrain_warmup))]

        def tune(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.Adam(self.parameters(), config.learning_rate, betas=(0.9, 0.98))
            return [Optimisation(optimiser, linear_warmup(optimiser, config.warmup, steps))]

        def stage(name: str, epochs: int, optimise: Callable[[int], list[Optimisation]], **own: Any) -> Stage:
            return Stage(name, epochs, size, optimise, clip=5.0, buckets=True, **own)

        first = stage("recognise", config.pretrain_epochs, pretrain, loss="recognition_loss", before="learn_pieces",
                      role=config.pretrain_role)  # fmt: skip
        last = stage("tune", config.epochs, tune, select="ua", before="check")
        return [first, last] if config.pretrain_epochs else [last]


def _by_utterance(x: Tensor, mask: Tensor) -> Tensor:
    """Every band with mean 0 and variance 1 over the real frames of its utterance, zero behind them."""
    real = mask.unsqueeze(-1)
    count = real.sum(1, keepdim=True).clamp(min=1)
    x = (x - (x * real).sum(1, keepdim=True) / count) * real
    return x * torch.rsqrt(x.square().sum(1, keepdim=True) / count + 1e-5)
