"""Statements of the paper: two branches, frozen representations, a student drawn to its teacher's embedding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.fusion.noise_robust_pretrained import INPUTS, Config, NoiseRobustPretrained

SPACE = LABEL_SPACES["valence_arousal_dominance"]
SIZES = {"speech": 6, "noisy": 6, "text": 4}


def build(model: str = "distilled", **settings: Any) -> NoiseRobustPretrained:
    torch.manual_seed(0)
    config = Config(model=model, units=8, **settings)  # type: ignore[arg-type]
    names = INPUTS[model]
    return NoiseRobustPretrained(config, SPACE, {n: (SIZES[n],) for n in names}, dict.fromkeys(names, True))


def items(names: tuple[str, ...], count: int = 6) -> list[Item]:
    """The same items whatever inputs they are given with."""
    generator = np.random.default_rng(0)
    found = []
    for i in range(count):
        whole = {name: generator.standard_normal((3 + i, size)).astype(np.float32) for name, size in SIZES.items()}
        given = {name: array if name in names else None for name, array in whole.items()}
        found.append(Item(Record(id=str(i), corpus="here"), given, generator.uniform(-1, 1, 3).astype(np.float32)))
    return found


def batch(system: NoiseRobustPretrained, *without: str) -> Batch:
    return system.collate(items(tuple(name for name in SIZES if name not in without)))


def teach(system: NoiseRobustPretrained) -> None:
    system.begin_distilling(StageData({}, system.collate, 0, torch.device("cpu")))


def test_valence_depends_on_both_branches() -> None:
    system = build("multimodal").eval()
    whole, mute, deaf = (system(batch(system, *gone)).values for gone in ((), ("text",), ("speech",)))
    assert not torch.allclose(whole[:, 0], mute[:, 0]) and not torch.allclose(whole[:, 0], deaf[:, 0])


def test_without_the_lexical_weights_of_the_fusion_only_sound_counts() -> None:
    system = build("multimodal").eval()
    assert system.network.fusion is not None
    with torch.no_grad():
        system.network.fusion.weight[:, system.config.units :] = 0
    torch.testing.assert_close(system(batch(system)).values, system(batch(system, "text")).values)
    assert system.network.fusion.in_features == 2 * system.config.units


def test_distillation_touches_the_students_embedding_and_neither_its_output_nor_the_teacher() -> None:
    system = build(task_weight=0.0, distillation_weight=100.0)
    teach(system)
    terms = system.distillation_loss(system(batch(system)), batch(system))
    torch.stack(list(terms.values())).sum().backward()
    gradient = {name: p.grad is not None and bool(p.grad.any()) for name, p in system.named_parameters()}
    assert gradient["network.branches.speech.embedding.weight"]
    assert not gradient["network.output.weight"] and not gradient["network.output.bias"]
    assert not any(there for name, there in gradient.items() if name.startswith("teacher."))


def test_the_distance_is_the_squared_one_to_the_teacher_on_clean_speech_and_words() -> None:
    system = build(task_weight=0.0, distillation_weight=2.0).train()
    teach(system)
    given = batch(system)
    assert system.teacher is not None
    _, student = system.network({"speech": given["noisy"]}, given.available)
    _, teacher = system.teacher(given.inputs, given.available)
    expected = 2 * (student - teacher).square().sum(1).mean()
    torch.testing.assert_close(system.distillation_loss(system(given), given)["distillation"], expected)


def test_the_student_needs_no_text_and_is_as_large_as_the_acoustic_model() -> None:
    system = build()
    assert parameter_count(system.network) == parameter_count(build("acoustic").network)
    assert sum(stage.name == "teacher" for stage in system.stages()) == 1
    teach(system)
    system.eval()
    torch.testing.assert_close(system(batch(system)).values, system(batch(system, "text", "noisy")).values)


def test_the_student_hears_clean_or_noisy_copies_in_training() -> None:
    system, given = build(clean_share=0.5), items(tuple(SIZES), 200)
    heard = system.transform(given, given, np.random.default_rng(0))
    clean = [one.inputs["noisy"] is one.inputs["speech"] for one in heard]
    assert 0.4 < np.mean(clean) < 0.6
    none = build(clean_share=0).transform(given, given, np.random.default_rng(0))
    assert not any(one.inputs["noisy"] is one.inputs["speech"] for one in none)


def test_before_it_is_taught_the_teacher_answers_and_without_distillation_there_is_none() -> None:
    system = build().eval()
    assert system.teacher is not None
    values, _ = system.teacher(batch(system).inputs, batch(system).available)
    torch.testing.assert_close(system(batch(system)).values, values)
    assert [stage.name for stage in build(distillation_weight=0.0).stages()] == ["student"]


def test_the_sizes_are_those_of_the_sheet() -> None:
    config = Config(model="multimodal")
    sizes = {"speech": (1024,), "text": (768,)}
    network = NoiseRobustPretrained(config, SPACE, sizes, dict.fromkeys(sizes, True)).network
    speech = network.branches["speech"]
    assert speech.encoder.convolution.weight.shape == (128, 1024, 3)
    assert (speech.encoder.gru.num_layers, speech.encoder.gru.hidden_size) == (2, 128)
    assert network.fusion is not None and network.fusion.weight.shape == (128, 256)
    assert network.output.weight.shape == (3, 128)


def test_representations_are_frozen() -> None:
    reader = front_end("speech_frames:encoder=tiny")
    network = reader.network("speech")  # type: ignore[attr-defined]
    before = {name: value.clone() for name, value in network.state_dict().items()}
    frames = reader.extract([np.random.default_rng(0).standard_normal(8000).astype(np.float32)])[0]
    system = NoiseRobustPretrained(
        Config(model="acoustic", units=8), SPACE, {"speech": frames.shape[1:]}, {"speech": True}
    )
    item = Item(Record(id="0", corpus="here"), {"speech": frames}, np.zeros(3, np.float32))
    stage = system.stages()[0]
    optimisers = [one.optimiser for one in stage.optimise(1)]
    system.step(system.collate([item, item]), stage, optimisers, torch.Tensor.backward)
    assert not any(p.requires_grad or p.grad is not None for p in network.parameters())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize(("model", "names"), INPUTS.items())
def test_a_model_has_the_inputs_that_it_reads(model: str, names: tuple[str, ...]) -> None:
    assert tuple(Config().override({"model": model}).inputs) == names
    assert tuple(Config.small().override({"model": model}).inputs) == names


def test_an_input_that_no_model_reads_is_refused() -> None:
    with pytest.raises(Ai4erError, match="no input named speach: there are speech, noisy, text"):
        Config().override({"inputs": {"speach": "log_mel"}})
