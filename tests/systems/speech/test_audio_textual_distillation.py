"""The pair of distilled networks is what its sheet says: sizes, probe of layers, loss, and who reads the words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.prediction.recognizer import Recognizer
from ai4er.records import Record
from ai4er.systems.base import Outputs, parameter_count
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.speech.audio_textual_distillation import (
    SPEECH,
    TEXT,
    AudioTextualDistillation,
    Config,
    LayerProbe,
    TextNetwork,
)

SPACE = label_space("valence_arousal_dominance")
_LAYERS = {"model": "probe", "inputs": {SPEECH: "array:name=frames"}}


def system(config: Config | None = None, **shapes: tuple[int, ...]) -> AudioTextualDistillation:
    torch.manual_seed(0)
    shapes = shapes or {SPEECH: (), TEXT: ()}
    return AudioTextualDistillation(config or Config.small(), SPACE, shapes, dict.fromkeys(shapes, True)).eval()


def batch(*seconds: float, words: int = 6, padding: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([round(16_000 * one) for one in seconds])
    x = torch.zeros(len(seconds), int(lengths.max()) + 400 * padding)
    for row, length in zip(x, lengths.tolist()):
        row[:length] = torch.randn(length, generator=generator)
    ids = torch.zeros(len(seconds), words + padding, dtype=torch.long)
    ids[:, :words] = torch.randint(1000, 30_000, (len(seconds), words), generator=generator)
    text = Padded(ids, torch.full((len(seconds),), words))
    return Batch([], {SPEECH: Padded(x, lengths), TEXT: text}, {}, torch.rand(len(seconds), 3))


def published(place: Path, **changes: Any) -> AudioTextualDistillation:
    """The whole with the architectures of the published networks, without their weights."""
    from transformers import DistilBertConfig, HubertConfig

    large = {
        "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
        "do_stable_layer_norm": True, "feat_extract_norm": "layer", "conv_bias": True,
    }  # fmt: skip
    HubertConfig(num_hidden_layers=2, feat_proj_layer_norm=False).save_pretrained(place / "distilhubert")
    HubertConfig(**large).save_pretrained(place / "large")
    DistilBertConfig().save_pretrained(place / "distilbert")
    names = {"encoder": changes.pop("encoder", "distilhubert"), "text_encoder": "distilbert"}
    config = Config(**changes).override({k: f"architecture:{place / v}" for k, v in names.items()})
    shapes = dict.fromkeys(config.inputs, ())
    with torch.device("meta"):
        return AudioTextualDistillation(config, SPACE, shapes, dict.fromkeys(shapes, True))


def test_it_trains_a_fifth_of_the_weights_of_the_large_network(tmp_path: Path) -> None:
    whole = published(tmp_path)
    large = published(tmp_path, model="audio", encoder="large")
    share = parameter_count(whole, trainable=True) / parameter_count(large, trainable=True)
    assert 0.15 < share < 0.25
    assert len(whole.speech.network.encoder.layers) == 2 and whole.speech.hop == 320
    assert parameter_count(whole.speech.network) == pytest.approx(23.5e6, rel=0.01)
    assert parameter_count(large.speech.network) == pytest.approx(316e6, rel=0.01)


def test_the_shares_of_layers_are_those_of_each_dimension_and_find_the_layer_that_knows() -> None:
    torch.manual_seed(0)
    probe = LayerProbe(4, 6, 16, 2)
    optimiser = torch.optim.Adam(probe.parameters(), 0.03)
    for _ in range(150):
        x = torch.randn(64, 4, 6)
        error = (probe(x) - torch.stack([x[:, 1, 0], x[:, 3, 2]], 1)).square().mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    shares = probe.relevance()
    torch.testing.assert_close(shares.sum(1), torch.ones(2))
    assert shares.argmax(1).tolist() == [1, 3]
    torch.testing.assert_close(probe.depth(), (shares * torch.arange(4.0)).sum(1))
    assert probe.depth()[0] < probe.depth()[1]


def test_the_probe_mixes_the_layers_before_it_takes_the_mean_as_well_as_after() -> None:
    whole = system(Config(**_LAYERS), speech=(3, 8))
    x, lengths = torch.randn(2, 5, 3, 8), torch.tensor([5, 3])
    found = whole(Batch([], {SPEECH: Padded(x, lengths)}, {})).values
    for row, length in zip(range(2), lengths.tolist()):
        for dimension, (mix, regress) in enumerate(zip(whole.probe.mixes, whole.probe.regressors)):
            torch.testing.assert_close(found[row, dimension], regress(mix(x[row, :length]).mean(0))[0])


def test_the_loss_is_of_concordance_and_not_of_correlation() -> None:
    whole, y = system(), torch.rand(9, 3)

    def loss(values: Tensor) -> float:
        return float(whole.loss(Outputs(values=values), Batch([], {}, {}, y))["concordance"])

    assert loss(y) == pytest.approx(0, abs=1e-5)
    assert loss(torch.full_like(y, 0.3)) == pytest.approx(1, abs=1e-5)
    assert loss(2 * y + 1) > 0.5


def test_the_words_change_the_answer_of_the_pair_and_not_of_its_spoken_half() -> None:
    given = batch(0.4, 0.4)
    other = Batch([], {**given.inputs, TEXT: Padded(given[TEXT].data.roll(1, 0), given[TEXT].lengths)}, {})
    pair = system()
    assert not torch.allclose(pair(given).values, pair(other).values)
    spoken = system(Config.small().override({"model": "audio"}), speech=())
    assert torch.equal(spoken(given).values, spoken(other).values)


def test_padding_of_sound_and_words_changes_nothing() -> None:
    whole = system()
    torch.testing.assert_close(
        whole(batch(0.4, 0.3, padding=5)).values, whole(batch(0.4, 0.3)).values, atol=1e-5, rtol=1e-5
    )


def test_the_text_is_the_mean_over_its_tokens_and_its_embeddings_stay() -> None:
    text = TextNetwork("tiny").eval()
    ids = torch.randint(1000, 30_000, (1, 5))
    states = text.network(input_ids=ids).last_hidden_state
    torch.testing.assert_close(text(ids, torch.ones(1, 5, dtype=torch.bool)), states.mean(1))
    assert not any(p.requires_grad for p in text.network.embeddings.parameters())
    assert all(p.requires_grad for p in text.network.encoder.parameters())


def test_each_network_has_its_rate() -> None:
    whole = system(Config.small().override({"speech_rate": 0.1, "text_rate": 0.2, "head_rate": 0.3}))
    rates = {id(p): group["lr"] for group in whole.stages()[0].optimise(1)[0].optimiser.param_groups
             for p in group["params"]}  # fmt: skip
    for part, rate in ((whole.speech, 0.1), (whole.text, 0.2), (whole.head, 0.3)):
        assert {rates[id(p)] for p in part.parameters() if p.requires_grad} == {rate}


def test_a_text_network_by_name_is_kept_in_the_recognizer(tmp_path: Path) -> None:
    from ai4er.encoders import pretrained, save_assets

    save_assets("tiny", "text", tmp_path / "mine")
    pretrained("tiny", "text").save_pretrained(tmp_path / "mine")
    mine = str(tmp_path / "mine")
    inputs = {SPEECH: "waveform:sample_rate=16000", TEXT: f"token_ids:encoder={mine},max_length=32"}
    whole = system(Config.small().override({"text_encoder": mine, "inputs": inputs}))
    folder = Recognizer.of(whole).save(tmp_path / "recognizer")
    for file in (tmp_path / "mine").iterdir():
        file.unlink()
    loaded = Recognizer.load(folder)
    assert torch.equal(loaded.system(batch(0.3)).values, whole(batch(0.3)).values)
    samples = np.zeros(4000, np.float32)
    record = Record(id="a", corpus="made", text="so glad", arrays={"audio": samples})
    item: Item = loaded.units([record])[0]  # type: ignore[arg-type]
    assert item.inputs[TEXT] is not None and len(item.inputs[TEXT]) == 4


def test_a_probe_without_layers_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="layer=states"):
        system(Config(**_LAYERS), speech=(8,))
