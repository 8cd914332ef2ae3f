"""Faithfulness of ft_wav2vec2 to its sheet: masks, losses, pseudo-labels, weights, schedule, sizes, padding."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems._schedules import warmup_flat_linear
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.speech._contrastive import ContrastiveQuantisation, GumbelQuantiser, draw_negatives
from ai4er.systems.speech._frame_teacher import FrameTeacher, MaskedPrediction, labels_from
from ai4er.systems.speech.ft_wav2vec2 import Config, FTWav2Vec2

SPACE = label_space("common4")


def system(**changes: Any) -> FTWav2Vec2:
    torch.manual_seed(0)
    config = Config.small().override({"codebooks": (4, 6, 8), "batch_size": 4, **changes})
    return FTWav2Vec2(config, SPACE, {"speech": ()}, {"speech": True})


def items(*seconds: float, seed: int = 0) -> list[Item]:
    generator = np.random.default_rng(seed)
    made = []
    for i, length in enumerate(seconds):
        samples = (0.1 * generator.standard_normal(round(length * 16000))).astype(np.float32)
        record = Record(id=str(i), corpus="made", label=SPACE.names[i % 4])
        made.append(Item(record, {"speech": samples}, np.int64(i % 4)))  # type: ignore[arg-type]
    return made


def data(of: FTWav2Vec2, units: list[Item]) -> StageData:
    return StageData({"train": units}, of.collate, 0, torch.device("cpu"))


def group_norm_folder(place: Path) -> str:
    """A tiny network whose first convolution normalises over the whole length, as that of the base network does."""
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    torch.manual_seed(0)
    Wav2Vec2Model(
        Wav2Vec2Config(
            hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, conv_dim=(8,) * 4,
            conv_kernel=(10, 8, 4, 4), conv_stride=(5, 4, 4, 4), num_conv_pos_embeddings=8,
            num_conv_pos_embedding_groups=2, layerdrop=0.0,
        )
    ).save_pretrained(place)  # fmt: skip
    return str(place)


def test_weights_come_from_the_training_part_and_leave_out_absent_classes() -> None:
    whole = system(method="v_ft")
    whole.weigh(data(whole, items(0.2, 0.2, 0.2, 0.2, 0.2)[:2] + items(0.2)))
    torch.testing.assert_close(whole.class_weights, torch.tensor([1 / 3, 2 / 3, 0, 0]))


def test_the_loss_is_the_weighted_mean() -> None:
    whole = system(method="v_ft")
    whole.class_weights.copy_(torch.tensor([0.3, 0.2, 0.1, 0.4]))
    logits, targets = torch.randn(5, 4), torch.tensor([0, 1, 2, 3, 3])
    each = -logits.log_softmax(1)[torch.arange(5), targets]
    weights = whole.class_weights[targets]
    found = whole.loss(Outputs(logits=logits), Batch([], {}, {}, targets))["cross_entropy"]
    torch.testing.assert_close(found, (weights * each).sum() / weights.sum())


def prediction_case() -> tuple[MaskedPrediction, torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    labels = torch.randint(4, (2, 12, 3))
    labels[1, 7:] = -100
    masked = torch.zeros(2, 12, dtype=torch.bool)
    masked[0, 3:8] = masked[1, 4:9] = True
    return MaskedPrediction(16, 8, (64, 512, 4096)), torch.randn(2, 12, 16), labels, masked


def test_only_the_labels_of_masked_frames_count() -> None:
    heads, states, labels, masked = prediction_case()
    before = sum(heads(states, labels, masked).values())
    free = ~masked & (labels[..., 0] >= 0)
    other = torch.where(free.unsqueeze(2), (labels + 1) % 4, labels)
    assert sum(heads(states, other, masked).values()) == before
    other = labels.clone()
    other[0, 5, 1] += 1
    assert sum(heads(states, other, masked).values()) != before


def test_padded_frames_give_no_loss() -> None:
    heads, states, labels, masked = prediction_case()
    other = states.clone()
    other[1, 7:] += 1
    assert sum(heads(states, labels, masked).values()) == sum(heads(other, labels, masked).values())
    assert all(term == 0 for term in heads(states, labels, masked & False).values())


def test_with_uniform_logits_the_loss_is_the_sum_of_three_logarithms() -> None:
    heads, states, labels, masked = prediction_case()
    for head in heads.heads:
        torch.nn.init.zeros_(head[2].weight)
        torch.nn.init.zeros_(head[2].bias)
    total = float(sum(heads(states, labels, masked).values()))
    assert total == pytest.approx(math.log(64) + math.log(512) + math.log(4096), abs=1e-4)
    assert total == pytest.approx(18.72, abs=0.01)


def test_a_step_of_fine_tuning_leaves_the_convolutions_bit_for_bit() -> None:
    whole, units = system(method="v_ft"), items(0.4, 0.3, 0.5, 0.4)
    before = {name: p.clone() for name, p in whole.named_parameters()}
    (stage,) = whole.stages()
    whole.train()
    whole.step(whole.collate(units), stage, [one.optimiser for one in stage.optimise(1)], torch.Tensor.backward)
    for name, parameter in whole.named_parameters():
        same = torch.equal(parameter, before[name])
        assert same == name.startswith(whole.card.frozen), name


def test_contrastive_pretraining_learns_everything() -> None:
    whole, units = system(method="tapt", contrastive_span=3), items(0.6, 0.9, 0.7, 0.8)
    stage = whole.stages()[0]
    whole.train()
    optimisers = [one.optimiser for one in stage.optimise(1)]
    terms = whole.step(whole.collate(units), stage, optimisers, torch.Tensor.backward)
    assert set(terms) == {"contrastive", "diversity"}
    idle = {n for n, p in whole.named_parameters() if p.grad is None or not p.grad.any()}
    assert idle == {"head.weight", "head.bias"}


def test_negatives_are_other_masked_frames_of_the_same_utterance() -> None:
    torch.manual_seed(0)
    masked = torch.rand(5, 30) < 0.3
    masked[2] = False
    rows = masked.nonzero()[:, 0]
    drawn = draw_negatives(masked, 50)
    assert drawn.shape == (masked.sum(), 50)
    assert (rows[drawn] == rows.unsqueeze(1)).all()
    assert (drawn != torch.arange(len(rows)).unsqueeze(1)).all()


def test_the_quantiser_is_that_of_the_reference() -> None:
    from transformers import Wav2Vec2Config
    from transformers.models.wav2vec2.modeling_wav2vec2 import Wav2Vec2GumbelVectorQuantizer

    torch.manual_seed(0)
    sizes = Wav2Vec2Config(conv_dim=(8,) * 7)
    reference, own = Wav2Vec2GumbelVectorQuantizer(sizes), GumbelQuantiser(sizes)
    torch.nn.init.normal_(reference.codevectors)
    own.load_state_dict(reference.state_dict())
    x = torch.randn(30, 8)
    for training in (False, True):
        torch.manual_seed(1)
        wanted, perplexity = reference.train(training)(x.unsqueeze(0))
        torch.manual_seed(1)
        vectors, _, found = own.train(training)(x)
        torch.testing.assert_close(vectors, wanted[0])
        torch.testing.assert_close(found, perplexity)


def test_the_contrastive_loss_is_that_of_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import Wav2Vec2Config
    from transformers.models.wav2vec2.modeling_wav2vec2 import Wav2Vec2ForPreTraining

    torch.manual_seed(0)
    sizes = Wav2Vec2Config(
        hidden_size=16, conv_dim=(8,) * 7, num_codevectors_per_group=4, codevector_dim=8, num_negatives=9
    )
    part = ContrastiveQuantisation(sizes, diversity=0.1).eval()
    states, features = torch.randn(2, 12, 16), torch.randn(2, 12, 8)
    masked = torch.rand(2, 12) < 0.6
    chosen = draw_negatives(masked, 9)
    monkeypatch.setattr("ai4er.systems.speech._contrastive.draw_negatives", lambda *_: chosen)
    quantised = part.target(part.quantiser(features[masked])[0])
    others = quantised[chosen].transpose(0, 1)
    logits = Wav2Vec2ForPreTraining.compute_contrastive_logits(
        quantised[None], others, part.context(states[masked]), 0.1
    )
    logits[1:][(quantised == others).all(-1)] = -torch.inf
    wanted = torch.nn.functional.cross_entropy(logits.T, torch.zeros(len(quantised), dtype=torch.long))
    torch.testing.assert_close(part(states, features, masked)["contrastive"], wanted)


def test_what_padded_frames_and_the_last_real_frame_hold_changes_no_logit() -> None:
    whole = system(method="v_ft").eval()
    x, lengths = torch.randn(2, 9, 32), torch.tensor([9, 6])
    valid = torch.arange(9) < lengths.unsqueeze(1)
    h = whole.encoder.states(x, valid).relu()
    other = torch.where(valid.unsqueeze(2), x, torch.randn_like(x))
    logits = whole.classified(h, lengths)[0]
    torch.testing.assert_close(whole.classified(whole.encoder.states(other, valid).relu(), lengths)[0], logits)
    changed = h.clone()
    changed[0, 8], changed[1, 5:] = 7.0, 7.0
    assert torch.equal(whole.classified(changed, lengths)[0], logits)
    changed[1, 4] = 7.0
    assert not torch.equal(whole.classified(changed, lengths)[0], logits)


def logits_of(whole: FTWav2Vec2, samples: torch.Tensor, length: int) -> torch.Tensor:
    batch = Batch(["0"], {"speech": Padded(samples.unsqueeze(0), torch.tensor([length]))}, {})
    with torch.inference_mode():
        return whole(batch).logits


def test_padding_behind_the_length_changes_nothing_even_under_group_norm(tmp_path: Path) -> None:
    samples = torch.randn(8000)
    padded = torch.cat([samples, torch.zeros(4000)])
    for encoder in ("tiny", group_norm_folder(tmp_path)):
        whole = system(method="v_ft", encoder=encoder).eval()
        torch.testing.assert_close(logits_of(whole, padded, 8000), logits_of(whole, samples, 8000), atol=1e-6, rtol=0)


def test_silence_that_counts_as_speech_reaches_every_frame_only_through_group_norm(tmp_path: Path) -> None:
    samples = torch.randn(1, 8000)
    padded = torch.nn.functional.pad(samples, (0, 4000))
    for encoder, changes in (("tiny", False), (group_norm_folder(tmp_path), True)):
        whole = system(method="v_ft", encoder=encoder).eval()
        short, long = (
            whole.encoder.convolved(whole.encoder.prepared(x, torch.tensor([x.shape[1]])))[1].x
            for x in (samples, padded)
        )
        assert ((short - long[:, : short.shape[1]]).abs().max() > 1e-3) == changes


def test_normalisation_is_that_of_each_utterance_alone() -> None:
    whole = system(method="v_ft").eval()
    whole.encoder.normalise = True
    x = torch.nn.functional.pad(3 + 5 * torch.randn(1, 600), (0, 200))
    found = whole.encoder.prepared(x, torch.tensor([600])).x
    assert found[0, :600].mean().abs() < 1e-5
    assert abs(found[0, :600].std(correction=0) - 1) < 1e-4
    assert not found[0, 600:].any()


def test_the_factor_of_the_learning_rate() -> None:
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], 1.0)
    schedule = warmup_flat_linear(optimiser, warmup=100, flat=1000, total=20_000)
    factor = schedule.lr_lambdas[0]
    assert [factor(step) for step in (100, 1100, 20_000)] == [1.0, 1.0, 0.0]
    stage = system(adapt_warmup=100).stages()[1]
    assert stage.optimise(20_000)[0].schedule.lr_lambdas[0](1100) == 1.0
    assert stage.optimise(20_000)[0].schedule.lr_lambdas[0](1101) < 1.0


def test_the_teacher_has_one_frame_less_than_the_student() -> None:
    from transformers import Wav2Vec2Config

    sizes = Wav2Vec2Config()
    samples = 16000
    counts = []
    for kernel, stride in zip(sizes.conv_kernel, sizes.conv_stride):
        samples = (samples - kernel) // stride + 1
        counts.append(samples)
    assert math.prod(sizes.conv_stride[:-1]) == 160, "10 ms, as wav2vec"
    teacher = FrameTeacher(8, (2, 3), 4, sizes.conv_stride[-1], 8, 4, 4)
    r = teacher(torch.randn(1, counts[-2], 8), torch.tensor([counts[-2]]))
    assert (counts[-1], int(r.lengths), r.x.shape[1]) == (49, 48, 48)


def test_a_frame_of_the_teacher_does_not_depend_on_padding() -> None:
    teacher = FrameTeacher(8, (2, 3), 4, 2, 8, 4, 4).eval()
    x = torch.randn(1, 30, 8)
    alone = teacher(x[:, :21], torch.tensor([21]))
    padded = teacher(x, torch.tensor([21]))
    torch.testing.assert_close(padded.x[padded.mask], alone.x[alone.mask])
    torch.testing.assert_close(teacher.judge(padded)[1], teacher.judge(alone)[1])


def test_clusters_are_kept_for_every_frame_of_every_item_in_each_codebook() -> None:
    whole, units = system(), items(0.3, 0.5, 0.4, 0.6, 0.35)
    whole.cluster(data(whole, units))
    assert set(whole.pseudo_labels) == {("made", str(i)) for i in range(5)}
    for item in units:
        labels = whole.pseudo_labels["made", item.record.id]
        assert labels.shape[1] == 3
        assert (labels >= 0).all() and (labels < torch.tensor([4, 6, 8])).all()
    first = dict(whole.pseudo_labels)
    whole.cluster(data(whole, units))
    assert all(torch.equal(first[key], labels) for key, labels in whole.pseudo_labels.items())


def test_too_few_frames_for_a_codebook_is_a_clear_error() -> None:
    whole = system(codebooks=(4, 500))
    with pytest.raises(Ai4erError, match="set smaller codebooks"):
        whole.cluster(data(whole, items(0.3, 0.3)))


def test_the_labels_of_a_crop_are_those_of_its_frames() -> None:
    whole = system(max_seconds=0.4)
    _, _, masked, first = whole._hidden(whole.collate(items(1.0, 0.3, 0.8)), 5, 0.3)
    assert first.any() and first[1] == 0
    numbers = [torch.arange(n).unsqueeze(1).repeat(1, 3) for n in (48, 13, 38)]  # the label of a frame is its number
    labels = labels_from(numbers, first, masked.shape[1])[..., 0]
    frames = first.unsqueeze(1) + torch.arange(masked.shape[1])
    there = frames < torch.tensor([48, 13, 38]).unsqueeze(1)
    assert torch.equal(labels, torch.where(there, frames, -100))


def test_the_stages_of_each_method() -> None:
    names = {m: [s.name for s in system(method=m).stages()] for m in ("v_ft", "tapt", "p_tapt")}
    assert names == {"v_ft": ["tune"], "tapt": ["adapt", "tune"], "p_tapt": ["teacher", "adapt", "tune"]}


def test_the_published_size(tmp_path: Path) -> None:
    from transformers import Wav2Vec2Config

    Wav2Vec2Config().save_pretrained(tmp_path)
    with torch.device("meta"):
        whole = FTWav2Vec2(
            Config(encoder=f"architecture:{tmp_path}", method="v_ft"), SPACE, {"speech": ()}, {"speech": True}
        )
    assert parameter_count(whole.encoder) == 94_371_712
    assert parameter_count(whole.encoder.network.encoder) == 89_775_488
    assert parameter_count(whole.head) == 3_076
