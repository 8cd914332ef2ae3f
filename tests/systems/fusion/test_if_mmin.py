"""IF-MMIN is what its sheet says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ai4er.diagnostics.imagined_modalities import FEATURES, QUADRANTS, records
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.fusion.if_mmin import IFMMIN, MODALITIES, PATTERNS, Config

SIZES = {"speech": 13, "text": 10, "video": 7}
SPACE = label_space("common4")


def system(timed: bool = True, **changes: object) -> IFMMIN:
    torch.manual_seed(0)
    config = Config.small().override(changes)
    shapes = {name: (size,) for name, size in SIZES.items()}
    return IFMMIN(config, SPACE, shapes, dict.fromkeys(MODALITIES, timed)).eval()


def items(count: int, absent: tuple[str, ...] = (), timed: bool = True) -> list[Item]:
    generator = np.random.default_rng(0)
    made = []
    for number in range(count):
        frames = generator.integers(1, 9)
        inputs = {n: generator.normal(size=(frames, s) if timed else s).astype(np.float32) for n, s in SIZES.items()}
        inputs = {name: None if name in absent else array for name, array in inputs.items()}
        made.append(Item(Record(id=str(number), corpus="x"), inputs, np.int64(number % 4)))  # type: ignore[arg-type]
    return made


def present(*names: str, count: int = 3) -> Tensor:
    return torch.tensor([[name in names for name in MODALITIES]] * count)


def data(units: list[Item], made: IFMMIN) -> StageData:
    return StageData({"train": units}, made.collate, 0, torch.device("cpu"))


def test_the_sizes_are_the_published_ones() -> None:
    shapes = {"speech": (130,), "text": (1024,), "video": (342,)}
    with torch.device("meta"):
        made = IFMMIN(Config(), SPACE, shapes, dict.fromkeys(MODALITIES, True))
    assert parameter_count(made.embedding.encoders) == 1_997_312
    assert parameter_count(made.embedding.invariance) == 33_024
    assert parameter_count(made.imagination) == 1_694_400
    assert parameter_count(made.classifier) == 58_116
    assert parameter_count(made.embedding) + parameter_count(made.full_classifier) == 2_145_796
    assert parameter_count(made, trainable=True) - parameter_count(made.full_classifier) == 3_782_852
    assert made.classifier[0].in_features == 320


def test_there_are_six_conditions_and_the_full_one_is_not_among_them() -> None:
    assert set(IFMMIN.conditions) == {"a", "v", "l", "av", "al", "vl"}
    kept = {name: set(MODALITIES) - set(withheld) for name, withheld in IFMMIN.conditions.items()}
    assert kept == {name: set(given.split()) for name, given in PATTERNS.items()}
    assert set(MODALITIES) not in kept.values()


@pytest.mark.parametrize("withheld", IFMMIN.conditions.values())
def test_what_is_missing_cannot_speak_not_even_by_its_length(withheld: tuple[str, ...]) -> None:
    made = system()
    batch, kept = made.collate(items(3)), present(*(set(MODALITIES) - set(withheld)))
    other = items(3)
    for item in other:
        for name in withheld:
            item.inputs[name] = np.ones((20, SIZES[name]), np.float32)  # type: ignore[index]
    whole = made.embedding(batch, kept)
    for one, changed, gone in zip(
        whole, made.embedding(made.collate(other), kept), made.embedding(made.collate(items(3, withheld)), kept)
    ):
        torch.testing.assert_close(one, changed)
        torch.testing.assert_close(one, gone)


def test_a_missing_modality_still_has_a_constant_embedding() -> None:
    made = system()
    for part in made.embedding.encoders.values():
        for name, parameter in part.named_parameters():
            if "bias" in name:
                nn.init.uniform_(parameter)
    embedding, _ = made.embedding(made.collate(items(3)), present("video"))
    for slot in (0, 1):
        torch.testing.assert_close(embedding[0, slot], embedding[1, slot])
        assert embedding[0, slot].any()
    assert not torch.equal(embedding[0, 2], embedding[1, 2])


def test_the_joint_code_depends_on_the_incomplete_embeddings_and_on_the_invariant_features() -> None:
    made = system()
    embedding, invariant = torch.randn(2, 72, requires_grad=True), torch.randn(2, 72, requires_grad=True)
    _, codes = made.imagination(embedding, invariant)
    assert codes.shape == (2, 2 * 12)
    codes.sum().backward()
    assert embedding.grad is not None and embedding.grad.abs().min() > 0
    assert invariant.grad is not None and invariant.grad.abs().min() > 0
    assert not torch.equal(embedding.grad, invariant.grad), "the invariant features enter every block"


def test_without_invariant_features_the_cascade_is_a_chain_of_autoencoders() -> None:
    made = system(blocks=5)
    embedding = torch.randn(2, 72)
    y, codes = embedding, []
    for encoder, decoder in zip(made.imagination.encoders, made.imagination.decoders):
        codes.append(encoder(y))
        y = decoder(codes[-1])
    imagined, joint = made.imagination(embedding, torch.zeros(2, 72))
    torch.testing.assert_close(joint, torch.cat(codes, dim=1))
    torch.testing.assert_close(imagined, made.imagination.transition(y))


def test_the_target_is_the_frozen_embedding_of_the_complement() -> None:
    made, units = system(), items(3)
    made.begin_imagination(data(units, made))
    nn.init.normal_(made.embedding.encoders["video"].lstm.weight_ih_l0)  # the student moves, its teacher does not
    batch, everything = made.collate(units), present(*MODALITIES)
    missing, invariant = made.targets(batch, everything, present("speech"))
    whole, whole_invariant = made.teacher(batch, everything)
    nothing, _ = made.teacher(batch, present())
    torch.testing.assert_close(missing, torch.stack([nothing[:, 0], whole[:, 1], whole[:, 2]], dim=1))
    torch.testing.assert_close(invariant, whole_invariant)
    assert not torch.equal(whole[:, 2], made.embedding(batch, everything)[0][:, 2])


def test_the_teacher_is_frozen_and_never_in_training_mode() -> None:
    made = system().train()
    batch = made.collate(items(4))
    terms = made.loss(made(batch), batch)
    torch.stack(list(terms.values())).sum().backward()
    assert set(terms) == {"cross_entropy", "imagination", "invariance"}
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in made.teacher.parameters())
    assert not any(part.training for part in made.teacher.modules())
    assert made.embedding.training


def test_the_second_stage_starts_from_the_first() -> None:
    made, units = system(), items(5)
    made.begin_full(data(units, made))
    assert not made.imagines
    batch = made.collate(units)
    assert made(batch).embedding.shape == (5, 2 * 72)  # type: ignore[union-attr]
    nn.init.normal_(made.embedding.invariance[0].weight)
    made.begin_imagination(data(units, made))
    assert made.imagines
    for ours, copied in zip(made.embedding.state_dict().values(), made.teacher.state_dict().values()):
        assert torch.equal(ours, copied)


def test_training_draws_every_pattern_and_use_draws_none() -> None:
    made = system().train()
    batch = made.collate(items(300))
    torch.manual_seed(1)
    drawn = made(batch).extras["present"]
    assert {tuple(row) for row in drawn.tolist()} == {tuple(row) for row in made.patterns.tolist()}
    torch.manual_seed(1)
    assert torch.equal(drawn, made(batch).extras["present"])
    assert made.eval()(batch).extras["present"].all()


def test_the_alignment_is_the_mean_discrepancy_over_the_pairs_that_are_there() -> None:
    made = system()
    units = items(6)
    made.begin_full(data(units, made))
    batch = made.collate(units)
    outputs = made(batch)
    assert made.full_loss(outputs, batch)["alignment"] > 0
    outputs.extras["invariant"] = torch.randn(6, 1, 24).expand(-1, 3, -1)
    assert made.full_loss(outputs, batch)["alignment"].item() == pytest.approx(0, abs=1e-6)
    lonely = made.collate(items(6, absent=("text", "video")))
    assert made.full_loss(made(lonely), lonely)["alignment"] == 0


def test_what_a_training_record_lacks_is_no_target() -> None:
    made, units = system(), items(8, absent=("video",))
    made.begin_full(data(units, made))
    made.begin_imagination(data(units, made))
    made.train()
    batch = made.collate(units)
    outputs = made(batch)
    assert not outputs.extras["present"][:, 2].any() and outputs.extras["present"].any(1).all()
    before = made.loss(outputs, batch)
    for name in ("imagined", "invariant"):
        outputs.extras[name] = outputs.extras[name].clone()
        outputs.extras[name][:, 2] = 1e3
    after = made.loss(outputs, batch)
    for name in ("imagination", "invariance"):
        torch.testing.assert_close(before[name], after[name])


def test_nothing_imagines_backwards() -> None:
    names = {name for name, _ in system().named_children()}
    assert names == {"embedding", "full_classifier", "imagination", "classifier", "teacher"}
    assert {name for name, _ in system().imagination.named_children()} == {"encoders", "decoders", "transition"}


def test_the_rate_is_constant_and_then_falls_by_epochs() -> None:
    made = system(full_epochs=(2, 3), learning_rate=1.0)
    [found] = made.stages()[0].optimise(100)
    rates = []
    for _ in range(5):
        rates.append(found.optimiser.param_groups[0]["lr"])
        found.optimiser.step()
        found.schedule.step()
    assert rates == pytest.approx([1, 1, 0.75, 0.5, 0.25])


def test_the_second_stage_clips_each_sub_network_by_itself() -> None:
    made = system(clip=1.0)
    for parameter in made.parameters():
        parameter.grad = torch.ones_like(parameter)
    made.clip(made.stages()[1])
    for part in (*made.embedding.encoders.values(), made.embedding.invariance, made.imagination, made.classifier):
        norm = torch.cat([p.grad.flatten() for p in part.parameters()]).norm()  # type: ignore[union-attr]
        assert norm.item() == pytest.approx(1, abs=1e-3)


def test_linear_layers_start_as_he_drew_them() -> None:
    made = system(features=200)
    layer = made.embedding.invariance[0]
    assert layer.weight.std().item() == pytest.approx((2 / 200) ** 0.5, rel=0.02)
    assert not layer.bias.any()


def test_inputs_without_time_axis_are_standardised_vectors() -> None:
    made, units = system(timed=False, standardise=()), items(6, timed=False)
    made.begin_full(data(units, made))
    assert set(made.embedding.standardisation) == set(MODALITIES)
    batch = made.collate(units)
    rows = made.embedding.standardisation["speech"](batch["speech"])
    torch.testing.assert_close(rows.mean(0), torch.zeros(13), atol=1e-5, rtol=0)
    assert made(batch).logits.shape == (6, 4)


def test_inputs_of_another_kind_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="'video' is \\(48, 48\\)"):
        shapes = {"speech": (3,), "text": (3,), "video": (48, 48)}
        IFMMIN(Config.small(), SPACE, shapes, dict.fromkeys(MODALITIES, True))
    with pytest.raises(Ai4erError, match="standardise"):
        system(standardise=("sound",))


def test_the_diagnostic_shows_its_classes_in_every_modality_and_guesses_training_labels_only() -> None:
    made = {split: [r for r in records(0) if r.split == split] for split in ("train", "test")}
    rows = {split: np.array([QUADRANTS.index(str(r.label)) for r in found]) for split, found in made.items()}
    for name in FEATURES:
        x = {split: np.stack([r.arrays[name] for r in found]) for split, found in made.items()}
        signs = np.stack([rows["test"] // 2, rows["test"] % 2], 1) * 2 - 1
        weights = np.linalg.lstsq(x["test"], signs, rcond=None)[0]
        assert ((x["test"] @ weights > 0) == (signs > 0)).mean() > 0.9
        guessed = ((x["train"] @ weights > 0) @ [2, 1] != rows["train"]).mean()
        assert 0.45 < guessed < 0.7, "three quarters are guessed, and a quarter of these rightly"
