"""Short segments: what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.nn.segments import centred
from ai4er.systems._schedules import HalvingRate
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.speech.short_segments import (
    BLOCK,
    Config,
    RawWaveformNetwork,
    ShortSegments,
    normalised,
)

SPACE = label_space("common4")


def system(space: LabelSpace = SPACE, **changes: Any) -> ShortSegments:
    torch.manual_seed(0)
    config = Config.small().override({"shift": 1, "dither": 0, **changes})
    return ShortSegments(config, space, {"speech": ()}, {"speech": True})


def batch(*lengths: int, gain: float = 1.0, offset: float = 0.0) -> Batch:
    generator = np.random.default_rng(0)
    rows = [0.1 * generator.standard_normal(length).astype(np.float32) for length in lengths]
    data = torch.zeros(len(rows), max(lengths))
    for row, samples in zip(data, rows):
        row[: len(samples)] = gain * torch.from_numpy(samples) + offset
    speech = Padded(data, torch.tensor(lengths))
    return Batch([str(i) for i in range(len(rows))], {"speech": speech}, {"speech": torch.ones(len(rows)).bool()},
                 torch.arange(len(rows)) % 4)  # fmt: skip


@pytest.mark.parametrize(("network", "size", "steps", "longer"), [
    ("seg", 1_519_542, 1, 6), ("subseg", 1_648_822, 3, 10),
])  # fmt: skip
def test_sizes_and_lengths_are_the_published_ones(network: str, size: int, steps: int, longer: int) -> None:
    config = Config().override({"network": network})
    made = RawWaveformNetwork(config, 4000, 4)
    assert parameter_count(made) == size
    for samples, left in ((4000, steps), (8000, longer)):
        assert RawWaveformNetwork(config, samples, 4).steps == left
        assert made.convolutions(torch.zeros(1, 1, samples)).shape[2] == left


def test_a_segment_that_is_too_short_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="set more segment_blocks"):
        RawWaveformNetwork(Config(), 3800, 4)
    with pytest.raises(Ai4erError, match="network=functionals reads an input speech such as mfcc"):
        system(network="functionals")


def test_every_block_is_the_centre_of_a_segment_that_begins_with_copies_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, given = system(batch_size=1000).eval(), batch(40 * BLOCK + 90)
    seen: list[torch.Tensor] = []
    monkeypatch.setattr(made.network, "forward", lambda x: (seen.append(x), x[:, :4])[1])
    made(given)
    (segments,) = seen
    assert segments.shape == (40, 4000)
    samples = given["speech"].data[0, : 40 * BLOCK].view(40, BLOCK) * 32768
    blocks = samples - samples.mean(1, keepdim=True)
    torch.testing.assert_close(
        segments[0], normalised(torch.cat([blocks[:1].repeat(12, 1), blocks[:13]]).view(1, -1))[0]
    )
    torch.testing.assert_close(segments[20], normalised(blocks[8:33].reshape(1, -1))[0])


def test_gain_and_offset_change_nothing() -> None:
    made = system().eval()
    before = made(batch(6000)).logits
    torch.testing.assert_close(made(batch(6000, gain=3.0)).logits, before, atol=1e-4, rtol=0)
    torch.testing.assert_close(made(batch(6000, offset=0.2)).logits, before, atol=1e-4, rtol=0)


def test_an_utterance_has_the_mean_of_the_posteriors_of_its_segments() -> None:
    made, given = system().eval(), batch(7000, 5000)
    found = made.scores(made(given))
    x, counts = made.blocks(given["speech"])
    where = centred(counts)
    posteriors = made.posteriors(x, counts, where).softmax(1)
    for row, count in enumerate(counts.tolist()):
        torch.testing.assert_close(found[row], posteriors[where.row == row].mean(0))
        assert int((where.row == row).sum()) == count


def test_two_classes_have_one_sigmoid() -> None:
    space = LabelSpace(name="two", kind="single", names=("no", "yes"), source="made")
    made = system(space).eval()
    assert made.network.classifier[2].out_features == 1
    given = batch(4500)
    x, counts = made.blocks(given["speech"])
    logits = made.posteriors(x, counts, centred(counts))
    torch.testing.assert_close(logits.softmax(1)[:, 1], logits[:, 1].sigmoid())
    assert not logits[:, 0].any()


@pytest.mark.parametrize("network", ["seg", "subseg"])
def test_relevance_is_zero_outside_of_what_the_convolutions_cover(network: str) -> None:
    made = system(network=network, segment_blocks=26).eval()
    segment = torch.randn(1, 26 * BLOCK)
    found, answer = made.relevance(segment), made.network(segment)
    assert found.shape == segment.shape and bool(found.any())
    for last in range(26 * BLOCK - 1, 26 * BLOCK - 400, -1):
        changed = segment.clone()
        changed[:, last] += 5
        if not torch.equal(made.network(changed), answer):
            break
    assert not found[:, last + 1 :].any() and last < 26 * BLOCK - 1


def test_relevance_is_the_slope_of_the_winning_logit() -> None:
    made = system(segment_blocks=26).eval().double()
    segment = torch.randn(1, 26 * BLOCK, dtype=torch.double)
    direction = torch.randn_like(segment) * 1e-6
    moved, still = made.network(segment + direction).amax(), made.network(segment).amax()
    torch.testing.assert_close(
        (made.relevance(segment) * direction).sum(), (moved - still).detach(), rtol=1e-3, atol=1e-12
    )


def test_the_rate_is_halved_by_epochs_that_help_too_little() -> None:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.1)
    halving, rates = HalvingRate(optimiser, 5, 0.002), []
    for loss in (1.5, 1.5, 1.4, 1.4, 1.4, 1.3, 1.2985, 1.29, 1.2885, 1.3):
        halving.step()
        halving.judge(loss)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([0.1] * 6 + [0.05, 0.05, 0.025, 0.0125])


def test_a_step_for_each_batch_of_segments() -> None:
    made = system(training_segments=None, batch_size=50).train()
    optimisers = [one.optimiser for one in made.stages()[0].optimise(1)]
    steps: list[float] = []

    def backward(loss: torch.Tensor) -> None:
        steps.append(float(loss.detach()))
        loss.backward()

    terms = made.step(batch(8000, 9600), made.stages()[0], optimisers, backward)
    assert len(steps) == -(-(50 + 60) // 50)
    assert float(terms["cross_entropy"]) == pytest.approx(np.mean(steps), rel=1e-5)


def test_functionals_are_those_of_the_frames_of_a_segment() -> None:
    torch.manual_seed(0)
    config = Config.small().override({"network": "functionals", "shift": 1})
    made = ShortSegments(config, SPACE, {"speech": (6,)}, {"speech": True}).eval()
    frames = torch.randn(1, 25, 6)
    wanted = torch.cat([frames.mean(1), frames.std(1, correction=0), frames.amin(1), frames.amax(1)], dim=1)
    torch.testing.assert_close(made.network(frames), made.network.classifier(made.network.norm(wanted)))
    assert functional.softmax(made.network(frames), 1).shape == (1, 4)
