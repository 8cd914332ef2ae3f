"""SMW_CAT is what the sheet says: three views, tokens, asymmetric cross-attention, segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.nn.alexnet import alexnet
from ai4er.nn.cross_attention import CrossAttentionTransformer
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.speech._acoustic_views import SpectrogramView
from ai4er.systems.speech.multi_feature_cross_attention import (
    Config,
    CrossAttentionChain,
    MultiFeatureCrossAttention,
    Network,
)

VIEWS = ("spectrogram", "mfcc", "speech")
NARROW: dict[str, Any] = {
    "channels": (4, 4, 4, 4, 8), "recurrent_units": 8, "dim": 16, "heads": 2, "inner": 32, "head": 16,
    "encoder": "tiny", "image_size": (95, 127), "image_places": (2, 3), "recurrent_dropout": 0.0,
}  # fmt: skip
SHAPES: dict[str, tuple[int, ...]] = {"spectrogram": (50,), "mfcc": (40,), "speech": ()}


def segments(frames: int = 60, real: int | None = None, count: int = 2) -> dict[str, Padded]:
    generator = torch.Generator().manual_seed(1)
    sizes = {"spectrogram": (frames, 50), "mfcc": (frames, 40), "speech": (frames * 160,)}
    found = {}
    for name, size in sizes.items():
        length = size[0] * (real or frames) // frames
        data = torch.randn(count, *size, generator=generator)
        data[:, length:] = 0
        found[name] = Padded(data, torch.full((count,), length))
    return found


def network(**changes: Any) -> Network:
    torch.manual_seed(0)
    return Network(Config(**{**NARROW, **changes}), SHAPES, 4).eval()


def test_the_paper_reads_36_places_300_frames_and_149_steps_of_256() -> None:
    config = Config()
    with torch.device("meta"):
        assert alexnet(config.channels)(torch.zeros(1, 3, *config.image_size)).shape == (1, 256, 7, 11)
    assert (config.image_places, config.recurrent_units, config.dim) == ((6, 6), 256, 256)
    sizes = {name: NARROW[name] for name in ("channels", "recurrent_units", "encoder")}
    made = network(**sizes, image_size=config.image_size, image_places=config.image_places)
    read = {name: made.encoders[name](view) for name, view in segments(300, count=1).items()}
    assert [tokens.shape[1] for tokens, _ in read.values()] == [36, 300, 149]
    assert all(bool(mask.all()) and mask.shape == tokens.shape[:2] for tokens, mask in read.values())


def test_a_transformer_of_the_chain_has_its_weights_and_there_is_a_pair_for_each_further_view() -> None:
    config = Config()
    chain = CrossAttentionChain(3, config)
    single = CrossAttentionTransformer(256, 8, 1024)
    attention, inner = 4 * (256 * 256 + 256), 256 * 1024 + 1024 + 1024 * 256 + 256
    assert parameter_count(single) == attention + inner + 2 * 2 * 256
    assert parameter_count(chain) == 4 * parameter_count(single)
    assert parameter_count(CrossAttentionChain(3, Config(layers=2))) == 8 * parameter_count(single)


def test_the_fusion_is_the_hierarchy_of_the_sheet() -> None:
    torch.manual_seed(0)
    chain = CrossAttentionChain(3, Config(**NARROW)).eval()
    s, m, w = (torch.randn(2, steps, 16) for steps in (6, 10, 4))
    there_s, there_w = torch.ones(2, 6, dtype=torch.bool), torch.ones(2, 4, dtype=torch.bool)
    there_m = torch.arange(10) < torch.tensor([[10], [7]])
    z_sm, z_ms = chain.of_context[0](s, m, there_m), chain.of_view[0](m, s, there_s)
    z, there_z = torch.cat([z_sm, z_ms], 1), torch.cat([there_s, there_m], 1)
    z_w, z_r = chain.of_view[1](w, z, there_z), chain.of_context[1](z, w, there_w)
    z_r_mean = torch.stack([z_r[0].mean(0), z_r[1, : 6 + 7].mean(0)])
    wanted = torch.cat([z_w.mean(1), z_r_mean, w.mean(1)], 1)
    torch.testing.assert_close(chain([s, m, w], [there_s, there_m, there_w]), wanted)


def test_every_view_matters_and_every_encoder_learns() -> None:
    made, views = network(), segments()
    logits, fused = made(views)
    assert fused.shape == (2, 3 * 16)
    for name in VIEWS:
        silent = {**views, name: Padded(0 * views[name].data, views[name].lengths)}
        assert not torch.allclose(made(silent)[0], logits)
    logits.square().sum().backward()
    for name in VIEWS:
        gradients = [p.grad for p in made.encoders[name].parameters() if p.requires_grad]
        assert gradients and all(g is not None and bool(g.any()) for g in gradients)


@pytest.mark.parametrize(("views", "width"), [(VIEWS[:2], 3), (VIEWS[::2], 3), (VIEWS[1:], 3), (("mfcc",), 1)])
def test_views_can_be_left_out(views: tuple[str, ...], width: int) -> None:
    made, given = network(views=views), segments()
    left = next(name for name in VIEWS if name not in views)
    assert made(given)[1].shape == (2, width * 16)
    assert torch.equal(made({name: given[name] for name in VIEWS if name != left})[0], made(given)[0])


def test_concatenation_has_the_encoders_and_no_transformer() -> None:
    whole, plain = network(), network(fusion="concatenation")
    assert parameter_count(plain.encoders) == parameter_count(whole.encoders)
    assert parameter_count(plain.fusion) == 0
    assert plain(segments())[1].shape == (2, 3 * 16)


def test_what_is_behind_the_end_of_a_segment_is_never_read() -> None:
    made, views = network(), segments(60, real=40)
    before = made(views)[0]
    mfcc = views["mfcc"].data.clone()
    mfcc[:, 40:] = 50
    assert torch.equal(made({**views, "mfcc": Padded(mfcc, views["mfcc"].lengths)})[0], before)
    spectrogram = views["spectrogram"].data.clone()
    spectrogram[:, 40:] = 50
    assert torch.equal(made({**views, "spectrogram": Padded(spectrogram, views["spectrogram"].lengths)})[0], before)


def test_an_image_is_between_0_and_1_whatever_the_level_and_black_behind_the_end() -> None:
    made = SpectrogramView((95, 127), (2, 3), (4, 4, 4, 4, 8))
    view = segments(60, real=30)["spectrogram"]
    image = made.image(view)
    assert image.shape == (2, 1, 95, 127) and float(image.min()) >= 0 and 0.5 < float(image.max()) <= 1
    assert not image[:, :, :, 66:].any()
    louder = made.image(Padded(view.data + 20 * view.mask.unsqueeze(2), view.lengths))
    torch.testing.assert_close(louder, image, atol=1e-5, rtol=0)


def test_coefficients_have_unit_length_in_every_frame() -> None:
    made, view = network().encoders["mfcc"], segments()["mfcc"]
    torch.testing.assert_close(made(Padded(7 * view.data, view.lengths))[0], made(view)[0])


def system(**changes: Any) -> MultiFeatureCrossAttention:
    torch.manual_seed(0)
    config = Config(**{**NARROW, **changes})
    return MultiFeatureCrossAttention(config, label_space("common4"), SHAPES, dict.fromkeys(SHAPES, True)).eval()


def batch(seconds: float) -> Batch:
    frames = round(100 * seconds)
    views: dict[str, Padded | Tensor] = dict(segments(frames, count=1))
    return Batch(["one"], views, dict.fromkeys(SHAPES, torch.ones(1, dtype=torch.bool)))


def test_seven_seconds_are_three_segments_and_the_answer_is_the_mean_of_their_probabilities() -> None:
    made, given = system(), batch(7.0)
    outputs = made(given)
    assert outputs.extras["segments"].shape == (3, 4)
    torch.testing.assert_close(made.scores(outputs), outputs.extras["segments"].softmax(1).mean(0, keepdim=True))
    views, where = made.cut(given)
    assert where.first.tolist() == [0, 300, 400]
    assert {name: view.data.shape[1] for name, view in views.items()} == {
        "spectrogram": 300, "mfcc": 300, "speech": 48_000
    }  # fmt: skip
    torch.testing.assert_close(views["speech"].data[2], given["speech"].data[0, 64_000:])


def test_published_convolutions_are_taken_over_and_must_fit(tmp_path: Path) -> None:
    published = alexnet(NARROW["channels"])
    (tmp_path / "config.json").write_text("{}")
    save_file({f"features.{name}": x for name, x in published.state_dict().items()}, tmp_path / "model.safetensors")
    made = system(image_weights=str(tmp_path))
    made.begin(StageData({}, made.collate, 0, torch.device("cpu")))
    taken = made.network.encoders["spectrogram"].convolutions
    assert isinstance(taken, nn.Sequential)
    assert all(torch.equal(x, taken.state_dict()[name]) for name, x in published.state_dict().items())
    assert MultiFeatureCrossAttention.encoders(made.config) == {"tiny": "speech", str(tmp_path): "image"}
    wider = system(image_weights=str(tmp_path), channels=(4, 4, 4, 4, 4))
    with pytest.raises(Ai4erError, match="do not fit"):
        wider.begin(StageData({}, wider.collate, 0, torch.device("cpu")))


def test_sizes_that_do_not_fit_are_clear_errors() -> None:
    with pytest.raises(Ai4erError, match="63 or more"):
        Config(image_size=(32, 384))
    with pytest.raises(Ai4erError, match="multiple of heads"):
        Config(dim=20)
