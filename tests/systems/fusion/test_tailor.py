"""TAILOR is what its sheet says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import jaccard
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import label_space
from ai4er.nn.common_private import orthogonality
from ai4er.nn.gradient_reversal import reverse_gradient
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.fusion.tailor import MODALITIES, Config, Tailor

SIZES = {"text": 9, "video": 5, "speech": 7}
SPACE = label_space("mosei6")
POOLERS = 394_752


def system(timed: bool = True, **changes: object) -> Tailor:
    torch.manual_seed(0)
    config = Config.small().override({"steps": 12, **changes})
    made = Tailor(config, SPACE, {n: (s,) for n, s in SIZES.items()}, dict.fromkeys(MODALITIES, timed)).eval()
    for parameter in made.parameters():  # far from the start, where attention is still uniform
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    return made


def items(count: int, steps: int | None = None, timed: bool = True, frames: int | None = None) -> list[Item]:
    generator = np.random.default_rng(0)
    made = []
    for number in range(count):
        length = steps or generator.integers(2, 13)
        times = {name: length if name == "text" else frames or length for name in SIZES}
        inputs = {
            name: generator.normal(size=(times[name], size) if timed else size).astype(np.float32)
            for name, size in SIZES.items()
        }
        target = (generator.random(6) < 0.4).astype(np.float32)
        made.append(Item(Record(id=str(number), corpus="x"), inputs, target))
    return made


def gradient(loss: Tensor, wanted: list[Tensor]) -> list[Tensor]:
    return [g for g in torch.autograd.grad(loss, wanted, retain_graph=True) if g is not None]


def test_the_size_is_the_published_one_without_its_unused_poolers() -> None:
    shapes = {"text": (300,), "video": (35,), "speech": (74,)}
    with torch.device("meta"):
        made = Tailor(Config(), SPACE, shapes, dict.fromkeys(MODALITIES, True))
    assert parameter_count(made) == 10_798_652 - POOLERS
    pooler = 256 * 256 + 256
    for name, count in (("text", 2_533_376), ("video", 1_673_984), ("speech", 1_683_968)):
        assert parameter_count(made.unimodal[name]) + parameter_count(made.projections[name]) == count - pooler
    assert parameter_count(made.fusion) == 3 * (1_315_584 - pooler)
    assert made.decoder is not None and parameter_count(made.decoder) == 661_504


def test_the_adversary_turns_the_gradient_of_the_common_extractor_only() -> None:
    made, batch = system(), system().collate(items(4))
    outputs = made(batch)
    common, mask = outputs.extras["common"], outputs.extras["mask"]
    plain, reversed_ = (made.refinement.adversary(c, mask) for c in (common, reverse_gradient(common)))
    extractor, discriminator = (
        list(part.parameters()) for part in (made.refinement.common, made.refinement.discriminator)
    )
    for ordinary, turned in zip(gradient(plain, extractor), gradient(reversed_, extractor)):
        assert ordinary.any()
        torch.testing.assert_close(turned, -ordinary)
    for ordinary, turned in zip(gradient(plain, discriminator), gradient(reversed_, discriminator)):
        torch.testing.assert_close(turned, ordinary)
    terms = made.loss(outputs, batch)
    weight = made.config.adversarial_weight
    for term, expected in zip(gradient(terms["common_adversary"], extractor), gradient(plain, extractor)):
        torch.testing.assert_close(term, -weight * expected)
    private = list(made.refinement.private.parameters())
    ordinary = made.refinement.adversary(outputs.extras["private"], mask)
    for term, expected in zip(gradient(terms["private_adversary"], private), gradient(ordinary, private)):
        torch.testing.assert_close(term, weight * expected)


def test_an_untold_modality_costs_three_times_the_logarithm_of_three() -> None:
    made = system()
    for parameter in made.refinement.discriminator.parameters():
        torch.nn.init.zeros_(parameter)
    cost = made.refinement.adversary(torch.randn(3, 2, 4, 32), torch.ones(2, 4, dtype=torch.bool))
    assert cost.item() == pytest.approx(3 * np.log(3))


def test_parts_in_orthogonal_halves_cost_nothing() -> None:
    private, common = torch.randn(3, 2, 4, 32), torch.randn(3, 2, 4, 32)
    mask = torch.ones(2, 4, dtype=torch.bool)
    private[..., 16:], common[..., :16] = 0, 0
    among_private = orthogonality(private, common, mask)
    torch.testing.assert_close(among_private, orthogonality(private, torch.zeros_like(common), mask))
    blocks = torch.zeros(3, 2, 4, 32)
    for modality in range(3):
        blocks[modality, ..., 5 * modality : 5 * modality + 5] = 1
    assert orthogonality(blocks, common, mask) == 0
    ones = torch.ones(3, 1, 2, 2)
    assert orthogonality(ones, ones, mask[:1, :2]).item() == (3 + 3) * 16
    assert orthogonality(ones, 2 * ones, mask[:1, :2]).item() == 3 * 16 + 3 * 64


def test_the_common_extractor_is_one_and_the_private_ones_differ() -> None:
    made, encoded = system(), torch.randn(3, 2, 4, 32)
    private, common = made.refinement(encoded)
    swapped_private, swapped_common = made.refinement(encoded[[1, 0, 2]])
    assert torch.equal(swapped_common, common[[1, 0, 2]])
    assert not torch.allclose(swapped_private, private[[1, 0, 2]])


def test_permuting_the_labels_permutes_the_outputs() -> None:
    made, batch = system(), system().collate(items(3))
    before, order = made(batch), torch.tensor([3, 1, 5, 0, 2, 4])
    assert made.decoder is not None
    made.decoder.labels.weight.data = made.decoder.labels.weight[order]
    after = made(batch)
    torch.testing.assert_close(after.logits, before.logits[:, order])
    assert before.attention is not None and after.attention is not None
    torch.testing.assert_close(after.attention, before.attention[:, order])
    assert (before.attention[:, 0] - before.attention[:, 1]).abs().max() > 0.01


def test_the_fused_sequence_grows_by_segments() -> None:
    made = system()
    lengths: list[int] = []
    for encoder in made.fusion.children():
        encoder.register_forward_hook(lambda part, given, out: lengths.append(out.shape[1]))
    attention = made(made.collate(items(2, steps=12))).attention
    assert lengths == [24, 36, 48] and attention is not None and attention.shape == (2, 6, 48)


def test_speech_reaches_the_text_steps_in_the_second_encoder_only() -> None:
    made, units, changed = system(), items(2, steps=12), items(2, steps=12)
    for item in changed:
        item.inputs["speech"] = item.inputs["speech"][::-1].copy()  # type: ignore[index]
    seen: list[Tensor] = []
    for part in (made.unimodal["text"], made.fusion.video_speech_text):
        part.register_forward_hook(lambda part, given, out: seen.append(out[:, :12]))  # type: ignore[union-attr]
    made(made.collate(units))
    made(made.collate(changed))
    torch.testing.assert_close(seen[0], seen[2])
    assert not torch.allclose(seen[1], seen[3])


def test_padding_changes_neither_outputs_nor_losses() -> None:
    made, units = system(), items(1, steps=5)
    short = made.collate(units)
    long = made.collate([*units, *items(1, steps=12)])
    alone, together = made(short), made(long)
    torch.testing.assert_close(together.logits[:1], alone.logits)
    for name in ("private", "common", "mask"):
        axis = 0 if name == "mask" else 1
        together.extras[name] = together.extras[name].narrow(axis, 0, 1)
    together.logits, together.extras["common_logits"] = together.logits[:1], together.extras["common_logits"][:1]
    for one, other in zip(made.loss(alone, short).values(), made.loss(together, short).values()):
        torch.testing.assert_close(one, other)


def test_the_common_classifier_reads_the_first_step() -> None:
    made, batch = system(), system().collate(items(2, steps=4))
    outputs = made(batch)
    expected = made.common_classifier(outputs.extras["common"].sum(0)[:, 0])
    torch.testing.assert_close(outputs.extras["common_logits"], expected)


def test_longer_sequences_count_their_first_steps() -> None:
    made, units = system(), items(1, steps=15)
    cut = items(1, steps=15)
    for name in SIZES:
        cut[0].inputs[name] = cut[0].inputs[name][:12]  # type: ignore[index]
    torch.testing.assert_close(made(made.collate(units)).logits, made(made.collate(cut)).logits)


def test_unaligned_input_is_aligned_to_the_words() -> None:
    made, units = system(aligned=False), items(3, steps=6, frames=20)
    batch = made.collate(units)
    outputs = made(batch)
    assert outputs.logits.shape == (3, 6) and outputs.extras["mask"].shape == (3, 6)
    assert made.alignment["video"].lstm.hidden_size == 13, "12 positions and the blank"
    terms = made.loss(outputs, batch)
    assert {"video_alignment", "speech_alignment"} <= set(terms) and terms["video_alignment"] > 0
    longer = made.collate([*units, *items(1, steps=9, frames=31)])
    torch.testing.assert_close(made(longer).logits[:3], outputs.logits)


def test_unequal_lengths_are_a_clear_error() -> None:
    made = system()
    with pytest.raises(Ai4erError, match=r"6 steps of text and 20 of video.*aligned=false"):
        made(made.collate(items(1, steps=6, frames=20)))
    with pytest.raises(Ai4erError, match="'video' is \\(48, 48\\)"):
        shapes = {"speech": (3,), "text": (3,), "video": (48, 48)}
        Tailor(Config.small(), SPACE, shapes, dict.fromkeys(MODALITIES, True))


def test_inputs_without_time_axis_are_one_standardised_step() -> None:
    made, units = system(timed=False), items(6, timed=False)
    batch = made.collate(units)
    made.measure(StageData({"train": units}, made.collate, 0, torch.device("cpu")))
    rows = made.standardisation["speech"](batch["speech"])
    torch.testing.assert_close(rows.mean(0), torch.zeros(7), atol=1e-5, rtol=0)
    assert made(batch).attention.shape == (6, 6, 4)  # type: ignore[union-attr]


def test_every_switch_is_there() -> None:
    batch = system().collate(items(3, steps=4))
    joint = system(fusion="joint")
    assert len(list(joint.fusion.children())) == 1 and joint(batch).attention.shape == (3, 6, 16)  # type: ignore[union-attr]
    plain = system(label_decoder=False)
    assert plain.decoder is None and plain(batch).logits.shape == (3, 6)


def test_the_warm_up_starts_at_nothing() -> None:
    [found] = system(learning_rate=1.0).stages()[0].optimise(100)
    rates = []
    for _ in range(100):
        rates.append(found.optimiser.param_groups[0]["lr"])
        found.optimiser.step()
        found.schedule.step()
    assert rates[0] == 0 and rates[10] == 1 and rates[55] == pytest.approx(0.5)


def test_a_label_counts_from_the_published_threshold() -> None:
    scores, targets = np.array([[0.36, 0.9, 0.34]]), np.array([[0, 1, 1]])
    space = SPACE.override({"names": ("A", "B", "C")})
    found = Predictions(np.array(["1"]), targets, scores, space, threshold=Config().threshold)
    assert found.classes.tolist() == [[True, True, False]]
    assert jaccard(found.target_classes, found.classes) == pytest.approx(1 / 3)
