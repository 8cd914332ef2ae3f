"""Self-distillation is what its sheet says: exits, losses, tiling, the ensemble's rule, sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.systems.base import Outputs, parameter_count
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.speech.self_distillation import Config, Head, SelfDistillation, Student, most_decided

SPACE = label_space("common4")
SEVEN = LabelSpace(name="seven", kind="single", names=tuple("abcdefg"))


def system(**changes: Any) -> SelfDistillation:
    torch.manual_seed(0)
    config = Config.small().override({"samples": 1600, **changes})
    return SelfDistillation(config, SPACE, {"speech": ()}, {"speech": True})


def batch(*lengths: int) -> Batch:
    generator = torch.Generator().manual_seed(0)
    x = torch.zeros(len(lengths), max(lengths))
    for row, length in zip(x, lengths):
        row[:length] = torch.randn(length, generator=generator)
    speech = Padded(x, torch.tensor(lengths))
    return Batch([], {"speech": speech}, {"speech": torch.ones(len(lengths))}, torch.arange(len(lengths)) % 4)


def answered(of: SelfDistillation, given: Batch) -> Tensor:
    with torch.inference_mode():
        return of.eval()(given).logits


def test_an_exit_does_not_know_the_layers_above_it_and_the_whole_network_does() -> None:
    given = batch(1600, 900)
    for answer, same in ((1, True), ("ensemble", True), ("teacher", False)):
        whole = system(answer=answer)
        before = answered(whole, given)
        with torch.no_grad():
            for parameter in whole.encoder.network.encoder.layers[1].parameters():
                parameter.add_(torch.randn_like(parameter))
        assert torch.equal(answered(whole, given), before) == same


def test_an_exit_computes_no_layer_above_it_and_leaves_the_network_as_it_was() -> None:
    whole, called = system(answer=1), []
    layers = whole.encoder.network.encoder.layers
    for number, layer in enumerate(layers):
        layer.register_forward_hook(lambda *_, number=number: called.append(number))
    answered(whole, batch(1600))
    assert called == [0]
    assert len(whole.encoder.network.encoder.layers) == len(layers) == 2


def made_outputs(students: int, logits: Tensor, feature: Tensor, shift: float) -> Outputs:
    found = [(feature + shift, feature, logits.roll(1, 1) if shift else logits)] * students
    return Outputs(logits=logits, extras={"teacher": (feature, feature, logits), "students": found})


def test_exits_that_agree_with_the_teacher_lose_nothing_by_it() -> None:
    logits, feature = torch.randn(5, 4), torch.randn(5, 8)
    terms = system().loss(made_outputs(2, logits, feature, 0.0), batch(1, 1, 1, 1, 1))
    assert terms["distribution"] == terms["features"] == 0
    assert terms["exits"] == terms["teacher"]


def test_the_loss_does_not_grow_with_the_number_of_exits() -> None:
    logits, feature, given = torch.randn(5, 4), torch.randn(5, 8), batch(1, 1, 1, 1, 1)
    whole = system()
    one, three = (whole.loss(made_outputs(n, logits, feature, 0.5), given) for n in (1, 3))
    for name, term in one.items():
        torch.testing.assert_close(three[name], term)
    assert one["features"] == pytest.approx(0.25, abs=1e-6)


def test_the_terms_are_those_of_the_formula() -> None:
    whole, given = system(level="linear").train(), batch(1600, 900, 700)
    outputs = whole(given)
    (_, first, teacher), ((_, own, student),) = outputs.extras["teacher"], outputs.extras["students"]
    p, q = teacher.softmax(1), student.softmax(1)
    expected = {
        "teacher": -p[range(3), given.targets].log().mean(),
        "exits": -q[range(3), given.targets].log().mean(),
        "distribution": (p * (p.log() - q.log())).sum(1).mean(),
        "features": (own - first).square().mean(),
    }
    torch.testing.assert_close(whole.loss(outputs, given), expected)


@pytest.mark.parametrize("term", ["distribution", "features"])
def test_the_teacher_learns_from_its_imitation_too(term: str) -> None:
    whole, given = system().train(), batch(1600, 900)
    whole.loss(whole(given), given)[term].backward()
    assert all(p.grad is not None and p.grad.any() for p in whole.encoder.network.encoder.layers[1].parameters())


def test_a_short_clip_is_repeated_and_not_padded() -> None:
    whole, given = system(samples=6400), batch(2500, 6400)
    repeated = given["speech"].data[:1, torch.arange(6400) % 2500]
    long = Batch([], {"speech": Padded(repeated, torch.tensor([6400]))}, {"speech": torch.ones(1)})
    torch.testing.assert_close(answered(whole, given)[:1], answered(whole, long))


def test_the_ensemble_takes_the_exit_whose_two_best_classes_are_furthest_apart() -> None:
    logits = torch.tensor([[[2.0, 1.9, 0.0], [1.0, 0.0, 0.0]], [[0.9, 0.1, 0.0], [0.0, 0.0, 1.0]]])
    assert torch.equal(most_decided(logits), torch.stack([logits[1, 0], logits[0, 1]])), "the earlier one on a tie"


@pytest.mark.parametrize(("summary", "size"), [("gru", 3_743_751), ("lstm", 4_924_935), ("convolution", 198_666)])
def test_an_exit_has_the_published_size(summary: Any, size: int) -> None:
    assert parameter_count(Student(768, 256, 7, summary)) == size


def test_the_whole_has_the_published_size(tmp_path: Path) -> None:
    from transformers import Wav2Vec2Config

    Wav2Vec2Config().save_pretrained(tmp_path)
    with torch.device("meta"):
        whole = SelfDistillation(Config(encoder=f"architecture:{tmp_path}"), SEVEN, {"speech": ()}, {"speech": True})
    assert parameter_count(whole.encoder) == 94_371_712
    assert parameter_count(whole.head) == 198_663
    assert list(whole.students) == ["3", "8", "10"]
    assert int(whole.encoder.frames(torch.tensor(whole.config.samples))) == 298  # type: ignore[operator,union-attr]


def test_the_linear_layers_start_uniform_without_bias() -> None:
    head = Head(600, 200, 7)
    for layer in (head.first, head.second):
        bound = (6 / layer.in_features) ** 0.5
        assert layer.weight.abs().max() <= bound and not layer.bias.any()
        assert float(layer.weight.std()) == pytest.approx(bound / 3**0.5, rel=0.05)


def test_the_summaries_are_those_of_the_sheet() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 9, 6)
    recurrent = Student(6, 4, 3, "gru").summary
    states, _ = torch.nn.GRU.forward(recurrent.recurrent, x)
    torch.testing.assert_close(recurrent(x), functional.selu(functional.layer_norm(states, (6,))).mean(1))
    convolution = Student(6, 4, 3, "convolution").summary.train()
    scaled = x * convolution.convolution.weight.item()
    normalised = (scaled - scaled.mean()) / (scaled.var(correction=0) + 1e-5).sqrt()
    torch.testing.assert_close(convolution(x), normalised.relu().mean(1))


def test_what_cannot_answer_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match=r"answer=2 is not one of exits=\(1,\)"):
        system(answer=2)
    with pytest.raises(Ai4erError, match="ensemble needs exits"):
        system(answer="ensemble", exits=())
    with pytest.raises(Ai4erError, match="whose layers before the last are 1 to 1"):
        system(exits=(1, 2))
