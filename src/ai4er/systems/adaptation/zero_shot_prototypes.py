"""Emotions that no training sample has, by the words for them: prototypes rebuilt from speech, and generated features.

Word vectors are not arranged as emotions sound. An alignment from speech features to the vectors of the seen emotions'
words is learnt first, and the prototypes of all emotions are rebuilt through it, those of unseen emotions out of the
seen ones that their words resemble. A generator learnt from prototypes to features then makes features of the unseen
emotions, and with these zero-shot recognition is an ordinary classification. Reference: "Zero-Shot Speech Emotion
Recognition Using Generative Learning with Reconstructed Prototypes", ICASSP 2023, IEEE 10094888.

Known: both steps, their order and direction (abstract). All concrete forms and numbers are inferred on the sheet, and
the results were not found. Chosen: the open functionals in place of openSMILE's sets (`opensmile:feature_set=...`);
vectors of a sentence network, unless `words` names a file of word embeddings, around the mean of the seen emotions'
words, which all such words share; one factor on all three ridge weights, by which generated means of emotions left out
one at a time lie nearest to their real means. The alignment by a multilayer perceptron is left out. An emotion is
unseen when no training item has it (`loso|unseen_emotions`); where all are seen, it chooses among all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.encoders import word_vectors
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.linear_svm import ABSENT, linear_svm
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.adaptation._feature_generators import (
    AutoencoderGenerator,
    AutoencoderTraining,
    LinearGenerator,
    class_means,
    ridge,
)
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic


class Config(SystemConfig):
    """`rebuilt` is rho, the share of the rebuilt prototypes: 0 leaves the words as they are.

    `decision`: a support vector machine or a softmax of generated features, the nearest generated mean, or, without
    generation, the prototype nearest to the aligned speech. `alignment_penalty`, `word_penalty` and `generator_penalty`
    are the ridge weights l1, l2 and l3, times the best of `factors`. `samples` are generated of each emotion, `draws`
    times over. `latent`, `hidden`, `rate`, `batch_size` and `epochs` are those of the conditional autoencoder.
    """

    inputs: dict[str, str] = {"features": "functionals"}
    words: str = "minilm"
    rebuilt: float = pydantic.Field(1.0, ge=0, le=1)
    generator: Literal["linear", "autoencoder"] = "linear"
    decision: Literal["machine", "softmax", "nearest_mean", "nearest_prototype"] = "machine"
    alignment_penalty: float = pydantic.Field(1.0, gt=0)
    word_penalty: float = pydantic.Field(1.0, gt=0)
    generator_penalty: float = pydantic.Field(1.0, gt=0)
    factors: tuple[float, ...] = pydantic.Field((0.01, 0.1, 1.0, 10.0, 100.0), min_length=1)
    shrinkage: float = pydantic.Field(0.1, ge=0, le=1)
    samples: int = pydantic.Field(200, ge=1)
    draws: int = pydantic.Field(10, ge=1)
    machine_penalty: float = pydantic.Field(1.0, gt=0)
    hidden: int = pydantic.Field(256, ge=1)
    latent: int = pydantic.Field(64, ge=1)
    rate: float = 1e-3
    batch_size: int = pydantic.Field(64, ge=1)
    epochs: int = pydantic.Field(200, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(samples=20, draws=1, factors=(1.0, 10.0), epochs=5)


@dataclass(frozen=True)
class Learnt:
    """What the seen emotions teach: everything that is needed to recognise others, whatever their words.

    alignment A (features, words), seen words e and their rebuilt prototypes r (seen, words), range of the seen
    features (2, features).
    """

    config: Config
    alignment: Tensor
    seen: Tensor
    rebuilt: Tensor
    generator: LinearGenerator | AutoencoderGenerator
    bounds: Tensor
    factor: float

    @classmethod
    def of(cls, x: Tensor, labels: Tensor, seen: Tensor, config: Config, factor: float) -> Learnt:
        """Learn from features x (items, features) of seen classes labels (items,) with words seen (classes, words)."""
        alignment = ridge(x, seen[labels], factor * config.alignment_penalty)
        rebuilt = (1 - config.rebuilt) * seen + config.rebuilt * class_means(x @ alignment, labels)
        generator: LinearGenerator | AutoencoderGenerator
        if config.generator == "linear":
            penalty = factor * config.generator_penalty
            generator = LinearGenerator(x, labels, rebuilt, penalty, config.shrinkage)
        else:
            training = AutoencoderTraining(config.hidden, config.latent, config.rate, config.batch_size, config.epochs)
            generator = AutoencoderGenerator(x, labels, rebuilt, training)
        return cls(config, alignment, seen, rebuilt, generator, torch.stack([x.amin(0), x.amax(0)]), factor)

    def prototypes(self, words: Tensor) -> Tensor:
        """Prototypes of words (others, words): e_u = sum_c a_uc e_c + rest, r_u = sum_c a_uc r_c, blended with e_u."""
        weights = ridge(self.seen.T, words.T, self.factor * self.config.word_penalty)
        rho = self.config.rebuilt
        return words if not rho else (1 - rho) * words + rho * weights.T @ self._wholly_rebuilt()

    def _wholly_rebuilt(self) -> Tensor:
        rho = self.config.rebuilt
        return (self.rebuilt - (1 - rho) * self.seen) / rho

    def generated(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """`samples` features of each word inside the range of the seen ones, and the word's number of each."""
        labels = torch.arange(len(words)).repeat_interleave(self.config.samples)
        drawn = self.generator.draw(self.prototypes(words)[labels])
        return drawn.clamp(self.bounds[0], self.bounds[1]), labels

    def classifier(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Weights (others, features) and biases (others,) by which features are given to one of the words."""
        config = self.config
        if config.decision == "nearest_prototype":
            weight = functional.normalize(self.prototypes(words)) @ self.alignment.T
        elif config.decision == "nearest_mean":
            weight = functional.normalize(self.generator.means(self.prototypes(words)))
        else:
            found = [self._fitted(*self.generated(words)) for _ in range(config.draws)]
            return torch.stack([w for w, _ in found]).mean(0), torch.stack([b for _, b in found]).mean(0)
        return weight, weight.new_zeros(len(weight))

    def _fitted(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        classes, penalty = int(labels.max()) + 1, self.config.machine_penalty
        return (linear_svm if self.config.decision == "machine" else _softmax)(x, labels, classes, penalty)


def _softmax(x: Tensor, labels: Tensor, classes: int, penalty: float) -> tuple[Tensor, Tensor]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=penalty, max_iter=1000).fit(x.numpy(), labels.numpy())
    weight, bias = torch.from_numpy(fitted.coef_).to(x), torch.from_numpy(fitted.intercept_).to(x)
    return (torch.cat([-weight, weight]) / 2, torch.cat([-bias, bias]) / 2) if classes == 2 else (weight, bias)


def best_factor(x: Tensor, labels: Tensor, seen: Tensor, config: Config) -> float:
    """The factor by which the linear generator's mean of each seen class, left out, is nearest to its real mean."""
    if len(seen) < 3 or len(config.factors) == 1:
        return config.factors[0] if len(config.factors) == 1 else 1.0
    plain, means, errors = config.override({"generator": "linear"}), class_means(x, labels), []
    for factor in config.factors:
        total = 0.0
        for left_out in range(len(seen)):
            kept, others = labels != left_out, torch.arange(len(seen)) != left_out
            number = others.cumsum(0) - 1
            learnt = Learnt.of(x[kept], number[labels[kept]], seen[others], plain, factor)
            guessed = learnt.generator.means(learnt.prototypes(seen[left_out : left_out + 1]))[0]
            total += float((guessed - means[left_out]).square().sum())
        errors.append(total)
    return config.factors[errors.index(min(errors))]


class ZeroShotPrototypes(System[Config]):
    """Utterance features -> margins of the emotions that training has not seen."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="Zero-Shot Speech Emotion Recognition Using Generative Learning with Reconstructed Prototypes",
        venue="ICASSP", year=2023, paper="IEEE 10094888", inputs=("speech",), task="single label, of unseen emotions",
        diagnostic=Diagnostic(
            mechanism="unseen_words", ablation={"rebuilt": 0.0, "decision": "nearest_prototype"}, margin=0.04,
            settings={
                "inputs": {"features": "array:name=vector"}, "samples": 200, "draws": 10,
                "factors": (0.01, 0.1, 1.0, 10.0, 100.0),
            },
            removes="rebuilt prototypes and generated features",
        ),
    )  # fmt: skip
    weight: Tensor
    bias: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if timed["features"] or len(shapes["features"]) != 1:
            raise Ai4erError(
                "zero_shot_prototypes reads one vector for each recording: set the input features to a front end such "
                "as functionals"
            )
        size = shapes["features"][0]
        self.standardise = Standardisation(size)
        self.register_buffer("weight", torch.zeros(space.size, size))
        self.register_buffer("bias", torch.zeros(space.size))

    def words(self, names: Sequence[str]) -> Tensor:
        """The vectors of emotion words, (names, words). Raises `Ai4erError` for a word that has none."""
        found = word_vectors(self.config.words, names)
        if missing := [name for name in names if name not in found]:
            raise Ai4erError(f"zero_shot_prototypes: {self.config.words} has no word for {', '.join(missing)}")
        return torch.stack([torch.from_numpy(found[name]) for name in names]).double()

    def solve(self, data: StageData) -> None:
        """Learn from the seen emotions, then make a classifier of the unseen ones."""
        batch = data.collate([item for item in data.items["train"] if item.target is not None]).to(data.device)
        labels, there = batch.targets.cpu().unique(return_inverse=True)[::-1]
        seen = there.tolist()
        others = [i for i in range(self.space.size) if i not in seen] or seen
        if len(seen) < 2 or len(others) < 2:
            raise Ai4erError(
                f"zero_shot_prototypes: {len(seen)} emotions are seen and {len(others)} to be told apart: two of both "
                "are needed at least, as with |unseen_emotions:count=2"
            )
        features = batch["features"]
        self.standardise.measure([(features, torch.ones(len(features), dtype=torch.bool, device=features.device))])
        x, words = self.standardise(features).cpu().double(), self.words(self.space.names)
        words = functional.normalize(words - words[seen].mean(0))
        factor = best_factor(x, labels, words[seen], self.config)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(data.seed)
            weight, bias = Learnt.of(x, labels, words[seen], self.config, factor).classifier(words[others])
        self.weight[others], self.bias[others] = weight.to(self.weight), bias.to(self.bias)
        self.bias[[i for i in seen if i not in others]] = ABSENT

    def forward(self, batch: Batch) -> Outputs:
        x = self.standardise(batch["features"])
        return Outputs(logits=functional.linear(x, self.weight, self.bias), embedding=x)
