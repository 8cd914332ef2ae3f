"""What the Dusha baseline promises: its size, silent padding, a gate that opens, batches by length and class."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech.mobilenet_self_attention import Config, MobileNetSelfAttention, Network

DUSHA = label_space("dusha4")
PODCAST = {"angry": 10.0, "sad": 20.0, "positive": 5.0}


def system(**changes: object) -> MobileNetSelfAttention:
    torch.manual_seed(0)
    return MobileNetSelfAttention(Config(**changes), DUSHA, {"log_mel": (64,)}, {"log_mel": True}).eval()


def item(number: int, frames: int, label: int = 0) -> Item:
    spectrum = np.random.default_rng(number).uniform(-80, 0, (frames, 64)).astype(np.float32)
    return Item(Record(id=str(number), corpus="made"), {"log_mel": spectrum}, np.int64(label))  # type: ignore[arg-type]


def test_the_network_has_the_published_number_of_weights() -> None:
    assert parameter_count(system()) == 514_909


def test_its_parts_are_those_of_the_paper() -> None:
    network = system().network
    assert isinstance(network, Network)
    assert len(network.blocks) == 15
    assert network.attention is not None
    assert network.attention.query.weight.shape == network.attention.key.weight.shape == (16, 128, 1)
    assert all(p.ndim != 1 or "1." in n or "gamma" in n or "classifier" in n for n, p in network.named_parameters())


def test_the_map_is_an_eighth_of_the_frames_and_of_the_bands() -> None:
    network = system().network
    x = network.stem(torch.zeros(1, 1, 64, 83))
    for block in network.blocks:
        x = block(x)
    assert network.head(x).shape == (1, 128, 8, 11)


def test_a_new_network_is_the_one_without_attention() -> None:
    whole, plain = system(), system(attention=False)
    plain.load_state_dict({k: v for k, v in whole.state_dict().items() if ".attention." not in k})
    batch = whole.collate([item(0, 120)])
    assert torch.equal(whole(batch).logits, plain(batch).logits)
    assert whole.network.attention is not None
    with torch.no_grad():
        whole.network.attention.gamma += 1
    assert not torch.allclose(whole(batch).logits, plain(batch).logits)


def unpadded(network: Network, spectrum: np.ndarray) -> torch.Tensor:
    """The published forward pass of one clip, written with explicit zeros for borders and an explicit attention."""
    x = network.stem(torch.from_numpy(spectrum.T.copy())[None, None])
    for block in network.blocks:
        inner = block.expand(x)
        depthwise, norm = block.depthwise[0]
        inner = functional.relu6(norm(functional.conv2d(functional.pad(inner, (1, 1, 1, 1)), depthwise.weight,
                                                        stride=block.stride, groups=inner.shape[1])))  # fmt: skip
        out = block.project(inner)
        x = x + out if block.stride == 1 and x.shape[1] == out.shape[1] else out
    x = network.head(x).flatten(2)
    attention = network.attention
    assert attention is not None
    beta = (attention.query(x).transpose(1, 2) @ attention.key(x)).softmax(1)
    x = attention.gamma * (attention.value(x) @ beta) + x
    return network.classifier(x.mean(-1))


@pytest.mark.parametrize("frames", [40, 97, 200])
def test_an_unpadded_clip_has_the_answer_of_the_published_network_and_padding_changes_nothing(frames: int) -> None:
    whole = system()
    assert whole.network.attention is not None
    with torch.no_grad():
        whole.network.attention.gamma += 0.7
        for norm in whole.modules():
            if isinstance(norm, torch.nn.BatchNorm2d):
                norm.bias.uniform_(-0.5, 0.5)
                norm.running_var.uniform_(0.5, 2)
    clip, other = item(0, frames), item(1, 231)
    expected = unpadded(whole.network, clip.inputs["log_mel"])  # type: ignore[arg-type]
    alone = whole(whole.collate([clip])).logits
    torch.testing.assert_close(alone, expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(whole(whole.collate([clip, other])).logits[:1], alone, atol=1e-5, rtol=1e-4)


def test_every_batch_has_one_length_and_the_wished_shares_of_classes() -> None:
    drawn = system(sampling_weights=PODCAST, batch_size=50)
    generator = np.random.default_rng(0)
    lengths = generator.integers(20, 400, 4000)
    items = [
        dataclasses.replace(item(0, 1, i % 4), inputs={"log_mel": np.zeros((n, 1))}) for i, n in enumerate(lengths)
    ]
    batches = drawn.batches(items, generator)
    assert len(batches) == (lengths >= 31).sum() // 50
    assert all(np.ptp(np.rint(lengths[batch] / 10)) <= 6 and np.ptp(lengths[batch]) <= 70 for batch in batches)
    assert min(lengths[np.concatenate(batches)]) >= 31
    counts = np.bincount(np.concatenate(batches) % 4, minlength=4) / (50 * len(batches))
    expected = np.array([PODCAST.get(name, 1.0) for name in DUSHA.names]) / 36
    np.testing.assert_allclose(counts, expected, atol=0.03)


def test_training_cuts_and_masks_but_never_empties_a_clip() -> None:
    trained, generator = system(), np.random.default_rng(0)
    items = [item(i, n) for i, n in enumerate((1, 30, 300))]
    changed = trained.transform(items, items, generator)
    for before, after in zip(items, changed):
        was, now = before.inputs["log_mel"], after.inputs["log_mel"]
        assert was is not None and now is not None
        assert len(was) - 39 <= len(now) <= len(was) and len(now)
    assert not np.isin(changed[2].inputs["log_mel"], items[2].inputs["log_mel"]).all()


def test_its_spectrogram_does_not_know_the_level() -> None:
    extractor = front_end(Config().inputs["log_mel"])
    samples = np.random.default_rng(0).normal(0, 0.1, 12345).astype(np.float32)
    (plain,), (doubled,) = extractor.extract([samples]), extractor.extract([2 * samples])
    np.testing.assert_allclose(plain, doubled, atol=1e-4)
    assert plain.shape == (1 + 12345 // 160, 64)
    assert plain.max() == 0 and plain.min() >= -80


def test_a_weight_of_an_unknown_class_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="did you mean 'angry'"):
        system(sampling_weights={"angri": 10})


def test_a_weight_of_nothing_is_refused_since_a_batch_could_then_have_nothing_to_draw_from() -> None:
    with pytest.raises(Ai4erError, match="greater than 0"):
        Config().override({"sampling_weights": {"angry": 0}})
