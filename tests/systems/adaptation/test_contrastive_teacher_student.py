"""Contrastive teacher-student learning: negatives, losses, noise and what must not learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.nn.waveform_encoder import WaveformEncoder
from ai4er.records import Record
from ai4er.systems._speech_encoder import SpeechNetwork
from ai4er.systems.adaptation._contamination import contaminated, noise_recording, segments
from ai4er.systems.adaptation.contrastive_teacher_student import (
    Config,
    ContrastiveTeacherStudent,
    Regressor,
    different,
)
from ai4er.systems.base import Outputs, StageData
from ai4er.systems.batch import Batch, Item

SPACE = label_space("valence_arousal_dominance")
SMALL = Config.small().override({"dropout": 0.0})


def items(count: int, rated: list[list[float]] | None = None) -> list[Item]:
    generator = np.random.default_rng(0)
    values = rated or generator.uniform(SPACE.low, SPACE.high, (count, 3)).tolist()
    return [
        Item(
            Record(id=str(i), corpus="made"),
            {"speech": generator.standard_normal(3200 + 400 * i).astype(np.float32)},
            np.array(values[i], np.float32),
        )
        for i in range(count)
    ]


def system(config: Config = SMALL) -> ContrastiveTeacherStudent:
    torch.manual_seed(0)
    return ContrastiveTeacherStudent(config, SPACE, {"speech": ()}, {"speech": True})


def taught(units: list[Item], config: Config = SMALL) -> tuple[ContrastiveTeacherStudent, Batch]:
    made = system(config)
    data = StageData({"train": units}, made.collate, 0, torch.device("cpu"))
    made.prepare(data)
    made.teach(data)
    return made, made.collate(units)


def of_scale(rows: list[list[float]]) -> Tensor:
    """Ratings of 1 to 7 as the shares of the scale."""
    return (torch.tensor(rows) - 1) / 6


def test_negatives_differ_in_every_dimension_by_half_a_point() -> None:
    near, far = of_scale([[4, 4, 4], [4.6, 4.6, 4.4]]), of_scale([[4, 4, 4], [4.6, 3.4, 4.6]])
    assert not different(near, 0.5).any()
    assert different(far, 0.5).tolist() == [[False, True], [True, False]]
    exactly = of_scale([[start, start, start + 0.5] for start in (1.2, 1.7, 3.3, 5.1, 5.6)])
    assert different(exactly, 0.5)[0, 1] and different(exactly, 0.5)[3, 4]
    assert not different(torch.tensor([[math.nan] * 3, [0.0] * 3]), 0.5).any()


def test_a_student_who_hears_what_the_teacher_hears_agrees_and_still_has_the_contrast() -> None:
    made, batch = taught(items(4))
    made.eval()
    outputs = made(batch)
    terms = made.adaptation_loss(outputs, batch)
    h = torch.nn.functional.normalize(outputs.embedding, dim=1)
    negative = different(made.scaled(batch.targets), 0.5)
    wanted = [
        math.log(1 + sum(math.exp((float(h[i] @ h[j]) - 1) / 0.1) for j in range(4) if negative[i, j]))
        for i in range(4)
        if negative[i].any()
    ]
    assert float(terms["agreement"].detach()) == pytest.approx(0, abs=1e-4)
    assert float(terms["contrast"].detach()) == pytest.approx(10 * np.mean(wanted), rel=1e-4) and wanted


def test_agreement_is_a_hundred_times_the_root_of_the_mean_square_over_the_batch() -> None:
    made, batch = taught(items(3))
    teacher = made.eval()(batch).embedding
    assert teacher is not None
    moved = teacher + torch.randn(teacher.shape, generator=torch.Generator().manual_seed(1))
    terms = made.adaptation_loss(made.judged(moved), batch)
    wanted = 100 * (moved - teacher).square().mean().sqrt()
    torch.testing.assert_close(terms["agreement"], wanted.detach(), rtol=1e-4, atol=1e-4, check_stride=False)


def test_the_teacher_learns_nothing_and_never_hears_the_noise() -> None:
    made, batch = taught(items(8))
    teacher = made.teacher[0]
    before = made.embedded(teacher, *made.heard(batch))
    stage = made.stages()[1]
    (optimisation,) = stage.optimise(1)
    made.train().step(batch, stage, [optimisation.optimiser], torch.Tensor.backward)
    made.noise["train"] = 7 * made.noise["train"]
    made.step(batch, stage, [optimisation.optimiser], torch.Tensor.backward)
    assert torch.equal(made.embedded(teacher, *made.heard(batch)), before)
    assert not teacher.training and all(p.grad is None for p in teacher.parameters())
    assert not torch.allclose(made.embedded(made.eval().encoder, *made.heard(batch)), before)
    assert not any("teacher" in name for name in made.state_dict())


def test_equal_labels_leave_no_contrast_and_a_finite_loss() -> None:
    made, batch = taught(items(4, [[0.5, 0.5, 0.5]] * 4))
    terms = made.adaptation_loss(made.train()(batch), batch)
    assert float(terms["contrast"].detach()) == 0 and all(torch.isfinite(term) for term in terms.values())


def test_the_task_is_the_sum_over_the_dimensions() -> None:
    made, batch = taught(items(5))
    assert float(made.loss(Outputs(values=batch.targets), batch)["emotion"]) == pytest.approx(0, abs=1e-5)
    constant = Outputs(values=torch.full_like(batch.targets, 0.3))
    assert float(made.loss(constant, batch)["emotion"]) == pytest.approx(3)


def test_noise_has_the_released_gain_over_the_padded_row() -> None:
    generator = torch.Generator().manual_seed(0)
    x, n = torch.randn(2, 400, generator=generator), torch.randn(2, 400, generator=generator)
    x[1, 200:] = 0
    found = contaminated(x, n, torch.tensor([0.0, 10.0]))
    for row, decibels in ((0, 0), (1, 10)):
        gain = float(x[row].abs().mean()) / (float(n[row].abs().mean()) * 10 ** (decibels / 10))
        torch.testing.assert_close(found[row] - x[row], gain * n[row], atol=1e-5, rtol=1e-4)
    assert found[1, 200:].any()


def test_a_segment_is_a_stretch_of_the_recording_that_may_begin_anew() -> None:
    noise = torch.arange(10.0)
    for row in segments(noise, 50, 7, torch.Generator().manual_seed(0)):
        assert torch.equal(row, (row[0] + torch.arange(7)) % 10)
    assert len({float(row[0]) for row in segments(noise, 50, 7)}) > 3


def test_sound_is_cut_and_brought_to_the_scale_of_all_training_samples() -> None:
    units = items(3)
    made, batch = taught(units, SMALL.override({"seconds": 0.2}))
    x, lengths = made.heard(batch)
    samples = np.concatenate([unit.inputs["speech"] for unit in units])  # type: ignore[misc]
    assert x.shape == (3, 3200) and lengths.tolist() == [3200] * 3
    wanted = (batch["speech"].data[:, :3200] - float(samples.mean())) / float(samples.std())
    torch.testing.assert_close(x, wanted, atol=1e-4, rtol=1e-4)


def test_a_batch_is_one_update_from_the_mean_gradient_of_micro_batches() -> None:
    made, batch = taught(items(8), SMALL.override({"micro_batch": 4}))
    stage = made.eval().stages()[0]
    wanted: dict[str, Tensor] = {}
    for half in (slice(0, 4), slice(4, 8)):
        part = made.collate(items(8)[half])
        made.zero_grad()
        made.loss(made(part), part)["emotion"].backward()
        for name, p in made.regressor.named_parameters():
            assert p.grad is not None
            wanted[name] = wanted.get(name, torch.zeros(())) + p.grad.clone() / 2
    made.step(batch, stage, [torch.optim.SGD(made.parameters(), 0.0)], torch.Tensor.backward)
    for name, p in made.regressor.named_parameters():
        assert p.grad is not None
        torch.testing.assert_close(p.grad, wanted[name], atol=1e-5, rtol=1e-3)


def test_the_convolutions_of_a_pretrained_network_are_frozen_and_the_rest_learns() -> None:
    made, batch = taught(items(4), SMALL.override({"encoder": "tiny", "layers": 1}))
    assert isinstance(made.encoder, SpeechNetwork) and len(made.encoder.network.encoder.layers) == 1
    before = {name: p.clone() for name, p in made.named_parameters()}
    stage = made.stages()[1]
    (optimisation,) = stage.optimise(1)
    made.train().step(batch, stage, [optimisation.optimiser], torch.Tensor.backward)
    still = {name for name, p in made.named_parameters() if torch.equal(p, before[name])}
    assert still and all(name.startswith(made.card.frozen) for name in still)


def test_the_published_network_and_its_regressor_have_their_sizes() -> None:
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    large = Wav2Vec2Config(
        hidden_size=1024, num_hidden_layers=12, num_attention_heads=16, intermediate_size=4096,
        feat_extract_norm="layer", do_stable_layer_norm=True, conv_bias=True,
    )  # fmt: skip
    with torch.device("meta"):
        encoder = WaveformEncoder(Wav2Vec2Model(large), normalise=False)
        regressor = Regressor(1024, 1024, 3, 0.5)
    extractor = encoder.network.feature_extractor
    assert sum(p.numel() for p in encoder.parameters()) == 164_284_032
    assert sum(p.numel() for p in extractor.parameters()) == 4_210_176
    assert sum(p.numel() for p in regressor.parameters()) == 1_054_723


def test_the_validation_noise_is_drawn_alike_and_is_not_that_of_training() -> None:
    made, batch = taught(items(6))
    made.eval()
    assert made.noisy_score([batch]) == made.noisy_score([batch]) != made.clean_score([batch])
    assert not torch.equal(made.noise["train"], made.noise["valid"])


def test_what_cannot_be_adapted_to_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="no such file"):
        noise_recording("no_such_noise.wav", 0)
    with pytest.raises(Ai4erError, match="waveform"):
        ContrastiveTeacherStudent(SMALL, SPACE, {"speech": (40,)}, {"speech": True})
