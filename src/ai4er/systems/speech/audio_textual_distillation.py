"""A distilled speech network and a distilled text network together know what a large speech network knows.

Which layers of HuBERT say what is measured by a learned mixture for every dimension: shallow ones carry the arousal,
deep ones, which have heard the words, the valence. A distilled speech network of two layers keeps the arousal and loses
the valence; a small text network that reads the words brings it back, with a fifth of the large network's weights.
Reference: de Oliveira et al., "Leveraging Semantic Information for Efficient Self-Supervised Emotion Recognition with
Audio-Textual Distilled Models", Interspeech 2023, arXiv 2305.19184.

Known: the analysis, the pair of distilled networks, the share of about 20 %. Chosen (inferred on the sheet):
DistilHuBERT with frozen convolutions and DistilBERT with frozen embeddings, which give that share; the means of both
over their real steps, concatenated, one hidden layer of 1024 with ReLU; concordance loss of equal weights; AdamW,
batches of 32, 12 s. The transcript is that of the corpus. Classes are learnt by cross-entropy, which the paper does not
have. Reported numbers: not found, but for the share of weights.

Offline substitute: `ai4er-small`, which has as many layers as DistilHuBERT, and MiniLM.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.cropping import random_crop
from ai4er.encoders import pretrained
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.concordance import concordance_loss
from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.pooling import masked_mean
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card, Diagnostic

SPEECH, TEXT = "speech", "text"
READS = {"audio_textual": (SPEECH, TEXT), "audio": (SPEECH,), "text": (TEXT,), "probe": (SPEECH,)}
_DISTILBERT = "distilbert/distilbert-base-uncased"


class Config(SystemConfig):
    """`model` is the pair, one of its halves, or the `probe` of frozen layers, whose input is a front end with
    `layer=states`; inputs that it does not read are left out.

    An empty `encoder` is a small network for log-mel. HuBERT Large alone is `model=audio` with its name. Inputs that
    are vectors already (`array:name=...`) need no encoder. The rates are those of both encoders and of the head.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "text_encoder": "minilm", "speech_rate": 1e-4, "text_rate": 5e-5, "head_rate": 1e-3,
        "batch_size": 16, "epochs": 8,
        "inputs": {SPEECH: "waveform:sample_rate=16000", TEXT: "token_ids:encoder=minilm,max_length=128"},
    }  # fmt: skip

    inputs: dict[str, str] = {
        SPEECH: "waveform:sample_rate=16000", TEXT: f"token_ids:encoder={_DISTILBERT},max_length=128",
    }  # fmt: skip
    model: Literal["audio_textual", "audio", "text", "probe"] = "audio_textual"
    encoder: str = "ntu-spml/distilhubert"
    text_encoder: str = _DISTILBERT
    max_seconds: float = pydantic.Field(12.0, gt=0)
    hidden: int = pydantic.Field(1024, ge=1)
    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    speech_rate: float = 1e-5
    text_rate: float = 1e-5
    head_rate: float = 1e-4
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = 20
    patience: int = 5

    @pydantic.model_validator(mode="before")
    @classmethod
    def _read_inputs(cls, values: dict[str, Any]) -> dict[str, Any]:
        usual: Mapping[str, str] = cls.model_fields["inputs"].default
        given = values.get("inputs", usual)
        wanted = READS.get(values.get("model", cls.model_fields["model"].default), ())
        if not isinstance(given, Mapping) or not wanted:
            return values
        return {**values, "inputs": {name: given.get(name, usual[name]) for name in wanted}}

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={SPEECH: "waveform:sample_rate=16000", TEXT: "token_ids:encoder=tiny,max_length=32"}, encoder="",
            text_encoder="tiny", max_seconds=0.6, hidden=32, dropout=0.1, speech_rate=2e-3, text_rate=2e-3,
            head_rate=5e-3, batch_size=16, epochs=4,
        )  # fmt: skip


class TextNetwork(nn.Module):
    """A text network whose word embeddings stay as they are: the mean of its last states, (batch, hidden)."""

    def __init__(self, spec: str) -> None:
        super().__init__()
        network: Any = pretrained(spec, "text")
        network.embeddings.requires_grad_(False)
        if getattr(network, "pooler", None) is not None:
            network.pooler = None  # its output is not read
        self.network, self.hidden_size = network, int(network.config.hidden_size)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states = self.network(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        return masked_mean(states, mask)


class LayerProbe(nn.Module):
    """For every dimension a mixture of the layers of its own and a regressor of two layers.

    forward: means over time (batch, layers, features) -> (batch, dimensions).
    """

    def __init__(self, layers: int, features: int, hidden: int, dimensions: int) -> None:
        super().__init__()
        self.mixes = nn.ModuleList(LayerMix(layers) for _ in range(dimensions))
        self.regressors = nn.ModuleList(
            multilayer_perceptron((features, hidden, 1), nn.ReLU) for _ in range(dimensions)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([regress(mix(x)) for mix, regress in zip(self.mixes, self.regressors)], dim=1)

    def relevance(self) -> Tensor:
        """The share of each layer, (dimensions, layers), summing to 1."""
        shares: list[Any] = [mix.shares for mix in self.mixes]
        return torch.stack(shares)

    def depth(self) -> Tensor:
        """The centre of mass of the shares, sum_l l w_l, (dimensions,)."""
        shares = self.relevance()
        return shares @ torch.arange(shares.shape[1], dtype=shares.dtype, device=shares.device)


class AudioTextualDistillation(System[Config]):
    """Waveform and words -> valence, arousal, dominance, or class logits."""

    config_class = Config
    kinds = ("dimensions", "single")
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Leveraging Semantic Information for Efficient Self-Supervised Emotion Recognition with Audio-Textual "
        "Distilled Models",
        venue="Interspeech", year=2023, paper="arXiv 2305.19184", inputs=("speech", "text"),
        task="valence, arousal, dominance",
        frozen=(
            "speech.network.feature_extractor", "speech.network.masked_spec_embed", "text.network.embeddings",
        ),
        diagnostic=Diagnostic(
            mechanism="valence_in_words", ablation={"model": "audio"}, margin=0.25, metric="ccc", removes="the text",
            settings={"inputs": {SPEECH: "array:name=frames", TEXT: "array:name=words"}, "epochs": 8},
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.speech: Any = self._speech() if SPEECH in shapes else None
        self.text = TextNetwork(config.text_encoder) if shapes.get(TEXT) == () else None
        self.longest = round(config.max_seconds * 16_000)
        if config.model == "probe":
            self._need_layers()
            layers, features = shapes[SPEECH]
            self.probe = LayerProbe(layers, features, config.hidden, space.size)
            return
        sizes = [self.speech.hidden_size] if self.speech else []
        if TEXT in shapes:
            sizes.append(self.text.hidden_size if self.text else shapes[TEXT][0])
        self.head = multilayer_perceptron((sum(sizes), config.hidden, space.size), nn.ReLU, config.dropout)

    @classmethod
    def encoders(cls, config: SystemConfig) -> dict[str, EncoderKind]:
        """Also the text network, and only what `model` reads."""
        assert isinstance(config, Config)
        found = super().encoders(config)
        if not config.inputs.get(SPEECH, "").startswith("waveform"):
            found.pop(config.encoder, None)
        return {**found, config.text_encoder: "text"} if config.inputs.get(TEXT, "").startswith("token_ids") else found

    def _speech(self) -> Any:
        return speech_encoder(self.config.encoder, self.shapes[SPEECH], frozen=("feature_extractor",))

    def _need_layers(self) -> None:
        if self.space.kind != "dimensions" or len(self.shapes[SPEECH]) != 2:
            raise Ai4erError(
                "audio_textual_distillation: model=probe mixes the layers of a front end for dimensions; set "
                'inputs={"speech": "speech_frames:encoder=facebook/hubert-large-ll60k,layer=states"} and such labels'
            )

    def heard(self, batch: Batch) -> Tensor:
        """The mean over time of every layer, (batch, layers, features); samples are cropped in training."""
        given = as_sequence(batch[SPEECH])
        data, lengths = given.data, given.lengths
        if self.training and data.dim() == 2:
            data, lengths, _ = random_crop(data, lengths, self.longest)
        states = self.speech.hidden(data, lengths)
        return masked_mean(states.x.flatten(2), states.mask).view(len(data), *states.x.shape[2:])

    def read(self, batch: Batch) -> Tensor:
        """What the words say, (batch, features)."""
        given = as_sequence(batch[TEXT])
        return masked_mean(given.data, given.mask) if self.text is None else self.text(given.data, given.mask)

    def forward(self, batch: Batch) -> Outputs:
        if self.config.model == "probe":
            layers = self.heard(batch)
            return Outputs(values=self.probe(layers), embedding=layers[:, -1])
        parts = [self.heard(batch)[:, -1]] if self.speech is not None else []
        parts += [self.read(batch)] if TEXT in self.shapes else []
        together = torch.cat(parts, dim=1)
        answer = self.head(together)
        if self.space.kind == "single":
            return Outputs(logits=answer, embedding=together)
        return Outputs(values=answer, embedding=together)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Concordance of the dimensions over the batch, or cross-entropy of classes."""
        if self.space.kind == "single":
            return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}
        return {"concordance": concordance_loss(outputs.values.float(), batch.targets)}

    def stages(self) -> list[Stage]:
        """One stage of AdamW with a rate for each encoder and for the head; the best validation epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            rates = {SPEECH: config.speech_rate, TEXT: config.text_rate}
            groups: dict[str, list[Tensor]] = {}
            for name, parameter in self.named_parameters():
                if parameter.requires_grad:
                    groups.setdefault(name.split(".")[0], []).append(parameter)
            given = [{"params": part, "lr": rates.get(name, config.head_rate)} for name, part in groups.items()]
            return [Optimisation(torch.optim.AdamW(given))]

        select = "ua" if self.space.kind == "single" else "ccc"
        return [
            Stage("train", config.epochs, config.batch_size, optimise, select=select, patience=config.patience,
                  drop_last=True)
        ]  # fmt: skip
