"""Ensemble distillation is what its sheet says: student, heads, targets, what teachers change, and what is frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech._teacher_features import combined, nearest_frames, standardised
from ai4er.systems.speech.ensemble_distillation import SPEECH, Config, EnsembleDistillation

SPACE = label_space("common4")
ONE, TWO = "array:name=one", "array:name=two"


def system(**changes: Any) -> EnsembleDistillation:
    torch.manual_seed(0)
    usual = {"teachers": (ONE, TWO), "widths": (4, 4), "standardise": False, "distorted": 0.0}
    return EnsembleDistillation(Config.small().override({**usual, **changes}), SPACE, {SPEECH: ()}, {SPEECH: True})


def items(*seconds: float, seed: int = 0) -> list[Item]:
    """Recordings of which two teachers say something every 20 ms."""
    generator = np.random.default_rng(seed)
    made = []
    for number, length in enumerate(seconds):
        samples = (0.1 * generator.standard_normal(round(length * 16_000))).astype(np.float32)
        frames = round(length * 50)
        said = {name: generator.standard_normal((frames, 4)).astype(np.float32) for name in ("one", "two")}
        record = Record(id=str(number), corpus="made", label=SPACE.names[number % 4], arrays=said)
        made.append(Item(record, {SPEECH: samples}, np.int64(number % 4)))  # type: ignore[arg-type]
    return made


def taught(units: list[Item], **changes: Any) -> EnsembleDistillation:
    whole = system(**changes).eval()
    whole.teach(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    return whole


def published(place: Path, **changes: Any) -> EnsembleDistillation:
    from transformers import HubertConfig

    HubertConfig(feat_proj_layer_norm=False).save_pretrained(place)
    with torch.device("meta"):
        return EnsembleDistillation(
            Config(encoder=f"architecture:{place}", **changes), SPACE, {SPEECH: ()}, {SPEECH: True}
        )


def test_the_student_has_the_published_size_whatever_the_number_of_teachers(tmp_path: Path) -> None:
    for count in (1, 3):
        whole = published(tmp_path, teachers=("log_mel",) * count, widths=(768,) * count)
        assert parameter_count(whole.student, trainable=True) == 23_491_200
        assert len(whole.heads) == 3 * count
        assert parameter_count(whole.heads) == 3 * count * 1_181_184
    assert int(whole.student.frames(torch.tensor(16_000))) == 49  # type: ignore[operator,union-attr]


def test_heads_of_the_rivals(tmp_path: Path) -> None:
    average = published(tmp_path, target="average")
    joined = published(tmp_path, target="concatenation")
    assert [head[-1].out_features for head in average.heads] == [768] * 3  # type: ignore[index]
    assert [head[-1].out_features for head in joined.heads] == [1536] * 3  # type: ignore[index]


def test_the_mean_of_equal_teachers_is_the_teacher_and_side_by_side_they_are_copies() -> None:
    units = items(0.4, 0.3)
    for unit in units:
        unit.record.arrays["two"] = unit.record.arrays["one"]
    alone = taught(units, teachers=(ONE,), widths=(4,))
    mean = taught(units, target="average")
    assert all((mean.targets[k][0] == alone.targets[k][0]).all() for k in alone.targets)
    joined = taught(units, target="concatenation")
    assert all((joined.targets[k][0] == np.tile(alone.targets[k][0], 2)).all() for k in alone.targets)
    batch = alone.collate(units)
    torch.testing.assert_close(
        mean.distillation_loss(Outputs(), batch)["distillation"],
        alone.distillation_loss(Outputs(), batch)["distillation"],
    )  # fmt: skip


def test_targets_of_several_layers_are_joined_layer_by_layer() -> None:
    features = {f"{k}{layer}": [np.full((2, 1), 10 * k + layer)] for k in (1, 2) for layer in (4, 8)}
    assert [x[0].tolist() for x in combined(features, ("1", "2"), "concatenation").values()] == [
        [[14, 24], [14, 24]], [[18, 28], [18, 28]],
    ]  # fmt: skip
    assert [x[0][0, 0] for x in combined(features, ("1", "2"), "average").values()] == [19, 23]
    assert list(combined(features, ("1", "2"), "heads")) == list(features)


def test_a_teacher_speaks_to_its_own_heads_and_the_student_alone() -> None:
    units = items(0.4, 0.3)
    whole = taught(units)
    batch = whole.collate(units)
    before = whole.distillation_losses(batch)
    whole.targets = {key: [target[0], -target[1]] for key, target in whole.targets.items()}
    after = whole.distillation_losses(batch)
    assert torch.equal(before[0], after[0]) and not torch.equal(before[1], after[1])
    total = whole.distillation_loss(Outputs(), batch)["distillation"]
    torch.testing.assert_close(total, torch.stack(after).mean())
    after[1].backward()
    assert all(p.grad is None for p in whole.heads[0].parameters())
    assert all(p.grad is not None for p in whole.heads[1].parameters())
    assert whole.student.network.encoder.layers[0].final_layer_norm.weight.grad is not None  # type: ignore[union-attr]


def test_padding_changes_no_loss() -> None:
    units = items(0.4, 0.2)
    whole = taught(units)
    together = whole.distillation_loss(Outputs(), whole.collate(units))["distillation"]
    parts = [whole.distillation_loss(Outputs(), whole.collate([unit]))["distillation"] for unit in units]
    frames = torch.tensor([float(whole.student.frames(torch.tensor(len(u.inputs[SPEECH])))) for u in units])
    torch.testing.assert_close(together, (torch.stack(parts) * frames).sum() / frames.sum())


def test_frames_are_the_nearest_in_time() -> None:
    frames = np.arange(10)[:, None]
    assert nearest_frames(frames, 10)[:, 0].tolist() == list(range(10)), "at the same rate nothing changes"
    assert nearest_frames(frames, 5)[:, 0].tolist() == [1, 3, 5, 7, 9]
    assert nearest_frames(frames, 5, share=0.5)[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_features_of_one_scale() -> None:
    found = np.concatenate(standardised([np.random.default_rng(0).normal(5, 3, (30, 2)), np.full((4, 2), 9.0)]))
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(found.std(0), 1, atol=1e-5)


def test_what_is_learnt_from_the_student_leaves_it_bit_for_bit_and_ignores_its_heads() -> None:
    units = items(0.3, 0.4, 0.3, 0.4)
    whole = system().train()
    stage = whole.stages()[1]
    before = {name: p.clone() for name, p in whole.named_parameters()}
    batch = whole.collate(units)
    whole.step(batch, stage, [one.optimiser for one in stage.optimise(1)], torch.Tensor.backward)
    changed = {name.split(".")[0] for name, p in whole.named_parameters() if not torch.equal(p, before[name])}
    assert changed == {"mix", "projection", "classifier"}
    logits = whole.eval()(batch).logits
    for parameter in whole.heads.parameters():
        parameter.data.normal_()
    assert torch.equal(whole(batch).logits, logits)


def test_only_the_student_hears_distortion_and_only_while_it_has_teachers() -> None:
    units = items(0.4, 0.3)
    whole = taught(units, distorted=1.0)
    said = {key: [x.copy() for x in target] for key, target in whole.targets.items()}
    found = whole.transform(units, units, np.random.default_rng(0))
    assert all((a.inputs[SPEECH] != b.inputs[SPEECH]).any() for a, b in zip(found, units))  # type: ignore[union-attr]
    assert all(np.array_equal(a, b) for key in said for a, b in zip(said[key], whole.targets[key]))
    whole.dismiss(StageData({}, whole.collate, 0, torch.device("cpu")))
    assert whole.transform(units, units, np.random.default_rng(0)) == units


def test_the_gradient_of_the_convolutions_is_a_tenth() -> None:
    units = items(0.3, 0.3)
    sizes = []
    for share in (1.0, 0.1):
        whole = taught(units, gradient_share=share, clip=1e9)
        stage = whole.stages()[0]
        whole.step(whole.collate(units), stage, [one.optimiser for one in stage.optimise(1)], torch.Tensor.backward)
        network = whole.student.network  # type: ignore[union-attr]
        extractor, projection = (next(part.parameters()) for part in (network.feature_extractor, whole.heads))
        sizes.append((extractor.grad.norm(), projection.grad.norm()))
    torch.testing.assert_close(sizes[1][0], 0.1 * sizes[0][0])
    torch.testing.assert_close(sizes[1][1], sizes[0][1])


def test_teachers_that_do_not_fit_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match=r"array:name=one has 4 features, and widths say 5"):
        taught(items(0.3), teachers=(ONE,), widths=(5,))
    with pytest.raises(Ai4erError, match="one number for each of 2 teachers"):
        system(widths=(4,))
    with pytest.raises(Ai4erError, match="teachers of one width"):
        system(widths=(4, 6), target="average")
    with pytest.raises(Ai4erError, match="gives no frames of 0"):
        taught(items(0.3), teachers=("array:name=three",), widths=(4,))
