"""Chunks of speech as many as there are words, centred on them or merely spread.

An utterance is cut into short pieces, a shared LSTM encodes each, and an aggregator makes one vector of them. Six ways
of cutting are compared, which follow the words or the time alone, with the number of chunks or their length fixed.
Where chunks lie hardly matters; that they are as many as the words does. Reference: Lin and Busso, "Role of Lexical
Boundary Information in Chunk-Level Segmentation for Speech Emotion Recognition", ICASSP 2023, IEEE 10096861.

Known: the framework (chunk rule, four aggregators, loss, optimiser; sheet checked against its released code) and the
name of the best way, here `centred`. Chosen (the sheet says inferred): the other ways of cutting; one word alone gives
one chunk in the middle of an utterance, and fewer frames than a window are filled up with zeros; self-attention really
attends over the chunks (in the release each attends to itself); the concordance divides by the number of items
throughout; 19 epochs are the 5,000 iterations on MSP-Podcast; openSMILE's present sets have frames of 10 ms, not of 16.
One network for each attribute, all trained at once.

Offline substitute: the frames of `ai4er-small`, and words placed by energy and syllables.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.concordance import known_concordance_loss
from ai4er.nn.batch_normalisation import BatchNormalisation
from ai4er.nn.chunks import centred_windows, equal_parts, spread_windows, take_chunks, whole_words, word_groups
from ai4er.nn.lstm import LSTM
from ai4er.nn.pooling import masked_mean, masked_softmax
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import measure_inputs
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic, Reported

_LOG_MEL = {"speech": "log_mel:bands=40,hop=320,normalise=utterance", "words": "word_times"}
Strategy = Literal["spread_fixed", "spread_words", "centred", "words", "parts", "word_groups"]
Aggregation = Literal["mean", "gated", "recurrent", "self_attention"]


class Config(SystemConfig):
    """The framework's values, for frames of wav2vec 2.0.

    The other front end of the paper is `opensmile:feature_set=ComParE_2016,level=descriptors`, `frame_seconds` 0.01.

    `strategy`: `count` windows spread evenly (FW-FC) or as many as words (FW-VC), windows centred on the words
    (cFW-VC), the words themselves (VW-VC), `count` equal parts (VW-FC), `count` groups of words (VW-FC by words).
    `window` is in seconds; `clip` bounds the standardised frames.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small", "words": "word_times"}, "learning_rate": 1e-3,
        "batch_size": 32, "epochs": 30,
    }  # fmt: skip

    inputs: dict[str, str] = {
        "speech": "speech_frames:encoder=facebook/wav2vec2-large", "words": "word_times:aligner=pocketsphinx"
    }  # fmt: skip
    strategy: Strategy = "centred"
    aggregation: Aggregation = "recurrent"
    frame_seconds: float = pydantic.Field(0.02, gt=0)
    window: float = pydantic.Field(1.0, gt=0)
    count: int = pydantic.Field(11, ge=1)
    clip: float = pydantic.Field(3.0, gt=0)
    hidden: int = pydantic.Field(130, ge=2)
    dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    heads: int = pydantic.Field(2, ge=1)
    inner: int = pydantic.Field(2048, ge=1)
    learning_rate: float = 1e-4
    batch_size: int = 128
    epochs: int = 19

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs=_LOG_MEL, window=0.3, count=3, hidden=16, dropout=0.1, inner=32,
            learning_rate=5e-3, batch_size=16, epochs=5,
        )  # fmt: skip


class Gates(nn.Module):
    """mean_i sigmoid(w . c_i + b) c_i: chunks (batch, chunks, features), mask (batch, chunks) -> (batch, features)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.gate = nn.Linear(features, 1)

    def forward(self, c: Tensor, mask: Tensor) -> Tensor:
        return masked_mean(self.gate(c).sigmoid() * c, mask)


class RecurrentAttention(nn.Module):
    """tanh(W_o [sum_i a_i e_i ; e_C]) with a = softmax_i((W_s e_i) . e_C), e the states of an RNN; as `Gates`."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(features, features, batch_first=True)
        self.score = nn.Linear(features, features, bias=False)
        self.output = nn.Linear(2 * features, features, bias=False)

    def forward(self, c: Tensor, mask: Tensor) -> Tensor:
        with torch.autocast(c.device.type, enabled=False):
            e = self.rnn(c.to(self.score.weight.dtype))[0]
        last = e[torch.arange(len(e), device=e.device), mask.sum(1) - 1]
        weights = self.weights(e, last, mask)
        context = (weights.unsqueeze(-1) * e).sum(1)
        return self.output(torch.cat([context, last], dim=1)).tanh()

    def weights(self, e: Tensor, last: Tensor, mask: Tensor) -> Tensor:
        """The attention (batch, chunks); 0 for chunks that are none."""
        return masked_softmax((self.score(e) * last.unsqueeze(1)).sum(-1), mask)


class SelfAttention(nn.Module):
    """One post-norm transformer layer over the chunks, and their mean; as `Gates`."""

    def __init__(self, features: int, heads: int, inner: int) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(features, heads, inner, 0.1, batch_first=True)

    def forward(self, c: Tensor, mask: Tensor) -> Tensor:
        return masked_mean(self.layer(c, src_key_padding_mask=~mask), mask)


class Network(nn.Module):
    """One attribute: chunks (all, steps, features) with their lengths and the number of each utterance -> (batch,)."""

    def __init__(self, config: Config, features: int) -> None:
        super().__init__()
        size = config.hidden
        self.encoder = LSTM(features, size, 2, batch_first=True, dropout=config.dropout)
        self.norm = BatchNormalisation(size)
        self.aggregator = {
            "mean": lambda: None, "gated": lambda: Gates(size), "recurrent": lambda: RecurrentAttention(size),
            "self_attention": lambda: SelfAttention(size, config.heads, config.inner),
        }[config.aggregation]()  # fmt: skip
        self.head = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, 1))

    def encoded(self, chunks: Tensor, lengths: Tensor) -> Tensor:
        """A vector of every chunk: the state at its last step, normalised; (all, features)."""
        states = self.encoder(chunks)[0]
        return self.norm(states[torch.arange(len(states), device=states.device), lengths - 1])

    def forward(self, chunks: Tensor, lengths: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """Also the vectors of the utterances, (batch, features)."""
        rows = self.encoded(chunks, lengths).split(counts.tolist())
        c = nn.utils.rnn.pad_sequence(list(rows), batch_first=True)
        mask = torch.arange(c.shape[1], device=c.device) < counts.unsqueeze(1)
        vector: Tensor = masked_mean(c, mask) if self.aggregator is None else self.aggregator(c, mask)
        return self.head(vector).squeeze(1), vector


class LexicalBoundaryChunks(System[Config]):
    """Frames and the times of words -> arousal, valence, dominance."""

    config_class = Config
    kinds = ("dimensions",)
    toy = "synthetic_speech"
    card = Card(
        title="Role of Lexical Boundary Information in Chunk-Level Segmentation for Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="IEEE 10096861", inputs=("speech", "text"),
        task="arousal, valence, dominance",
        official_code="winston-lin-wei-cheng/Chunk-Level-Attention-SER-PyTorch (the framework)", licence="MIT",
        reported=tuple(
            Reported(corpus="msp_podcast", protocol="official", metric=f"ccc_{name}", value=value,
                     note="release 1.6, the framework's weights: evenly spread chunks, recurrent attention")
            for name, value in (("arousal", 0.6906), ("valence", 0.2747), ("dominance", 0.6132))
        ),
        diagnostic=Diagnostic(
            mechanism="spoken_accents", ablation={"strategy": "spread_fixed"}, margin=0.4, metric="ccc",
            settings={
                "inputs": {"speech": "array:name=frames", "words": "array:name=words"}, "frame_seconds": 1,
                "window": 6, "aggregation": "mean", "batch_size": 32, "epochs": 12,
            },
            removes="a chunk for every word",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if len(shapes["speech"]) != 1 or shapes["words"] != (2,):
            raise Ai4erError(
                "lexical_boundary_chunks needs frames (frames, features) as speech and (words, 2) seconds as words"
            )
        self.scales = nn.ModuleDict({"speech": Standardisation(shapes["speech"][0])})
        self.labels = Standardisation(space.size)
        self.networks = nn.ModuleList(Network(config, shapes["speech"][0]) for _ in space.names)

    def bounds(self, frames: int, words: np.ndarray) -> np.ndarray:
        """The chunks of an utterance, (chunks, 2) in frames: words (words, 2) are seconds."""
        config, placed = self.config, words / self.config.frame_seconds
        window = max(1, math.floor(config.window / config.frame_seconds + 1e-6))
        ways = {
            "spread_fixed": lambda: spread_windows(frames, window, config.count),
            "spread_words": lambda: spread_windows(frames, window, len(words)),
            "centred": lambda: centred_windows(placed, frames, window),
            "words": lambda: whole_words(placed, frames),
            "parts": lambda: equal_parts(frames, config.count),
            "word_groups": lambda: word_groups(placed, frames, config.count),
        }
        return ways[config.strategy]()

    def forward(self, batch: Batch) -> Outputs:
        speech, words = batch["speech"], batch["words"]
        bounds = [
            self.bounds(int(frames), spoken[:count].cpu().double().numpy())
            for frames, spoken, count in zip(speech.lengths, words.data, words.lengths)
        ]
        frames = self.scales["speech"](speech.data).nan_to_num().clamp(-self.config.clip, self.config.clip)
        chunks, lengths, counts = take_chunks(frames * speech.mask.unsqueeze(-1), bounds)
        found, vectors = zip(*(network(chunks, lengths, counts) for network in self.networks))
        standard = torch.stack(found, dim=1)
        values = standard * self.labels.deviation + self.labels.mean
        return Outputs(values=values, embedding=torch.cat(vectors, dim=1), extras={"standard": standard})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """1 minus the concordance of every attribute, in units of its spread; no network sees another's term."""
        standard, targets = outputs.extras["standard"], self.labels(batch.targets)
        return {
            name: known_concordance_loss(standard[:, i : i + 1], targets[:, i : i + 1])
            for i, name in enumerate(self.space.names)
        }

    def measure(self, data: StageData) -> None:
        """Mean and deviation of the frames and of the labels over the training part."""
        measure_inputs(self.scales, data, self.config.batch_size)
        targets = (batch.targets for batch in data.batches("train", self.config.batch_size))
        self.labels.measure((y, ~y.isnan().any(1)) for y in targets if y is not None)

    def stages(self) -> list[Stage]:
        """One stage of Adam; the epoch of the best validation concordance is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.Adam(self.parameters(), config.learning_rate))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ccc", before="measure")]
