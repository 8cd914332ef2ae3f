"""BERT-ERC: the context of an utterance is put into the fine-tuned language model, and no network is built above it.

For every turn its dialogue is rewritten as suggestive text, which names who speaks and leaves a mask where an adverb of
emotion would stand; past, query and future are pooled apart. In a second stage the turns around the query tell, in
that place, the emotions that the model of the first stage found in them. Reference: Qin et al., "BERT-ERC: Fine-Tuning
BERT Is Enough for Emotion Recognition in Conversation", AAAI 2023, 37(11), pages 13492-13500, arXiv 2301.06745.

Known: suggestive text with its mask before "says:", three segments pooled by their means, two stages. Chosen, since the
sheet has them as inferred: the query between the tokenizer's marks, the whole between them again; the nearest turns of
either side in turn, up to 512 tokens; a head of one hidden layer with tanh; no word for neutral; the first model is
kept, since a new dialogue must be labelled, too, before the second one reads it; optimisers, rates and epochs; a batch
counts dialogues (one of MELD holds ten utterances in the mean). `context=past` is the online setting. With a `rank` the
language model learns through low-rank adapters, and a recognizer names it instead of holding it. Offline: MiniLM with
adapters, two past turns and one future turn, one epoch, one stage: about a quarter of an hour for MELD on one core.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders import pretrained
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.nn.length_groups import length_groups
from ai4er.nn.low_rank import adapt
from ai4er.nn.pooling import masked_mean
from ai4er.systems._schedules import linear_warmup
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.conversation._suggestive_text import FUTURE, PAST, QUERY, Prompt, SuggestiveText

GROUP = 16
"""So many prompts of similar length go through the language model together."""


class Config(SystemConfig):
    """The setting of the paper; `past` and `future` are the most turns on either side, `longest` the most tokens."""

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"tokens": "token_ids:encoder=minilm,max_length=48,says=true"}, "encoder": "minilm", "rank": 16,
        "longest": 64, "past": 2, "future": 1, "head_hidden": 384, "learning_rate": 1e-3, "head_learning_rate": 1e-3,
        "batch_size": 2, "epochs": 1, "second_epochs": 0,
    }  # fmt: skip

    inputs: dict[str, str] = {"tokens": "token_ids:encoder=roberta-large,max_length=256,says=true"}
    encoder: str = "roberta-large"
    suggestive: bool = True
    pool: Literal["segments", "query", "mask", "cls"] = "segments"
    context: Literal["both", "past"] | None = "both"
    longest: int = pydantic.Field(512, ge=16)
    past: int = pydantic.Field(1000, ge=0)
    future: int = pydantic.Field(1000, ge=0)
    head_hidden: int = pydantic.Field(1024, ge=1)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    rank: int | None = pydantic.Field(None, ge=1)
    scale: float = pydantic.Field(2.0, gt=0)
    learning_rate: float = pydantic.Field(1e-5, gt=0)
    head_learning_rate: float = pydantic.Field(1e-4, gt=0)
    warmup: float = pydantic.Field(0.1, ge=0, lt=1)
    weight_decay: float = pydantic.Field(0.01, ge=0)
    clip: float = pydantic.Field(1.0, gt=0)
    batch_size: int = pydantic.Field(1, ge=1)
    epochs: int = pydantic.Field(5, ge=1)
    stage2_context: Literal["predicted"] | None = "predicted"
    second_epochs: int = pydantic.Field(3, ge=0)
    second_rate: float = pydantic.Field(0.5, gt=0)
    select: str = "weighted_f1"

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"tokens": "token_ids:encoder=tiny,max_length=20,says=true"}, encoder="tiny", longest=48, past=2,
            future=1, head_hidden=32, learning_rate=3e-3, head_learning_rate=3e-3, warmup=0.0, batch_size=4, epochs=3,
            second_epochs=2,
        )  # fmt: skip

    @pydantic.model_validator(mode="after")
    def _mask_there(self) -> Self:
        if self.pool == "mask" and not self.suggestive:
            raise ValueError("pool=mask: there is a mask in suggestive text only, and suggestive=false")
        return self


class Reader(nn.Module):
    """A language model over prompts, and the head: prompts -> class logits and the vectors that they are made of.

    The vectors are [mean of the past; mean of the query; mean of the future], zeros where a segment has no token, or
    with another `pool` the mean of the query, the state of the mask, or that of the first token.
    """

    def __init__(self, config: Config, classes: int) -> None:
        super().__init__()
        self.pool = config.pool
        self.encoder = pretrained(config.encoder, "text")
        self.encoder.pooler = None  # type: ignore[assignment]  # nothing reads it
        if config.rank is not None:
            adapt(self.encoder, config.rank, config.scale)
        hidden = self.encoder.config.hidden_size
        self.head = nn.Sequential(
            nn.Linear((3 if config.pool == "segments" else 1) * hidden, config.head_hidden), nn.Tanh(),
            nn.Dropout(config.dropout), nn.Linear(config.head_hidden, classes),
        )  # fmt: skip

    def forward(self, prompts: Sequence[Prompt]) -> tuple[Tensor, Tensor]:
        lengths = torch.tensor([len(prompt.tokens) for prompt in prompts])
        groups = length_groups(lengths, GROUP)
        vectors = torch.cat([self.vectors([prompts[place] for place in group.tolist()]) for group in groups])
        vectors = vectors[torch.cat(groups).argsort().to(vectors.device)]
        return self.head(vectors), vectors

    def vectors(self, prompts: Sequence[Prompt]) -> Tensor:
        """(prompts, 3 hidden), or (prompts, hidden) of another pool."""
        device = next(self.head.parameters()).device
        tokens, parts = (
            nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filler)
            for rows, filler in (([p.tokens for p in prompts], 0), ([p.parts for p in prompts], -1))
        )
        tokens, parts = tokens.to(device), parts.to(device)
        states: Tensor = self.encoder(input_ids=tokens, attention_mask=(parts >= 0).long()).last_hidden_state
        if self.pool in ("mask", "cls"):
            places = [prompt.mask if self.pool == "mask" else 0 for prompt in prompts]
            return states[torch.arange(len(prompts)), places]
        segments = (PAST, QUERY, FUTURE) if self.pool == "segments" else (QUERY,)
        return torch.cat([masked_mean(states, parts == segment) for segment in segments], dim=1)


class BERTERC(System[Config]):
    """Token ids of whole dialogues -> class logits of every turn."""

    config_class = Config
    unit = "dialogue"
    toy = "synthetic_dialogue:size=40"
    labelled: Tensor
    card = Card(
        title="BERT-ERC: Fine-Tuning BERT Is Enough for Emotion Recognition in Conversation",
        venue="AAAI", year=2023, paper="arXiv 2301.06745", inputs=("text",), task="single label",
        reported=(
            Reported(
                corpus="iemocap", protocol="session 5 test", metric="weighted_f1", value=0.717, certainty="memory"
            ),
            Reported(corpus="meld", protocol="official", metric="weighted_f1", value=0.6711, certainty="memory"),
            Reported(
                corpus="dailydialog", protocol="official", metric="micro_f1_without_neutral", value=0.6142,
                certainty="second-hand",
            ),
        ),
        diagnostic=Diagnostic(
            mechanism="shared_mood", settings={"epochs": 6, "second_epochs": 0}, margin=0.2,
            ablation={"context": None}, removes="the context in the text",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        past = config.past if config.context else 0
        future = config.future if config.context == "both" else 0
        self.text = SuggestiveText(config.encoder, space, config.longest, past, future, config.suggestive)
        self.first = Reader(config, space.size)
        twice = config.second_epochs > 0 and config.stage2_context is not None
        self.second = Reader(config, space.size) if twice else None
        self.register_buffer("labelled", torch.zeros((), dtype=torch.bool))

    @property
    def stores_encoder(self) -> bool:
        return self.config.rank is None

    def forward(self, batch: Batch) -> Outputs:
        if self.second is None or not self.labelled:
            logits, vectors = self.first(self.prompts(batch))
        else:
            logits, vectors = self.second(self.prompts(batch, self.emotions(batch)))
        return Outputs(logits=_unfold(logits, batch.turn_mask), embedding=_unfold(vectors, batch.turn_mask))

    def prompts(self, batch: Batch, emotions: Tensor | None = None) -> list[Prompt]:
        """One for every turn of every dialogue; `emotions` (dialogues, turns) are classes that their contexts name."""
        given, lengths = batch["tokens"].data.tolist(), batch["tokens"].lengths.tolist()
        found = []
        for dialogue, number in enumerate(batch.turns.tolist()):
            turns = [self.text.turn(given[dialogue][turn][: lengths[dialogue][turn]]) for turn in range(number)]
            named = [None] * number if emotions is None else emotions[dialogue].tolist()
            found += [self.text.prompt(turns, query, named) for query in range(number)]
        return found

    @torch.no_grad()
    def emotions(self, batch: Batch) -> Tensor:
        """The classes that the model of the first stage finds, (dialogues, turns); it looks at no label."""
        was_training = self.first.training
        self.first.eval()
        logits, _ = self.first(self.prompts(batch))
        self.first.train(was_training)
        return _unfold(logits, batch.turn_mask).argmax(-1)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy over the labelled turns."""
        logits, targets = outputs.logits.flatten(0, 1), batch.targets.flatten()
        entropy = functional.cross_entropy(logits, targets, ignore_index=UNLABELLED, reduction="sum")
        return {"cross_entropy": entropy / (targets != UNLABELLED).sum().clamp(min=1)}

    def begin_second(self, data: StageData) -> None:
        """The second stage starts from the weights of the first, and reads the emotions that it found."""
        if self.second is not None:
            self.second.load_state_dict(self.first.state_dict())
            self.labelled.fill_(True)

    def stages(self) -> list[Stage]:
        """Masks alone; then, if wanted, once more at a lower rate, with the emotions of the context."""
        config = self.config
        first = self._stage("masks", config.epochs, 1.0, self.first)
        if not config.second_epochs:
            return [first]
        again = self._stage("emotions", config.second_epochs, config.second_rate, self.second or self.first)
        return [first, dataclasses.replace(again, before="begin_second")]

    def _stage(self, name: str, epochs: int, rate: float, reader: Reader) -> Stage:
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            groups = [
                {"params": list(reader.encoder.parameters()), "lr": rate * config.learning_rate},
                {"params": list(reader.head.parameters()), "lr": rate * config.head_learning_rate},
            ]
            optimiser = torch.optim.AdamW(groups, weight_decay=config.weight_decay)
            return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps), "step")]

        return Stage(name, epochs, config.batch_size, optimise, select=config.select, clip=config.clip)


def _unfold(values: Tensor, real: Tensor) -> Tensor:
    """(turns in all, features) -> (dialogues, turns, features), zeros at turns that are not real."""
    out = values.new_zeros(*real.shape, values.shape[-1])
    out[real] = values
    return out
