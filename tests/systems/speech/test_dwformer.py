"""DWFormer is what its sheet says."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ai4er.labels import label_space
from ai4er.systems.base import parameter_count
from ai4er.systems.speech.dwformer import Config, DWFormer, DynamicWindowBlock, Network, softmax_inside, window_numbers

FEATURES = 12


def network(**changes: object) -> Network:
    torch.manual_seed(0)
    return Network(Config.small().override({"stack": 1, "blocks": 3, **changes}), FEATURES, 4).eval()


def block(windows: str = "dynamic") -> DynamicWindowBlock:
    torch.manual_seed(0)
    return DynamicWindowBlock(Config.small().override({"windows": windows, "window_length": 4})).eval()


def windows(importance: list[float], padding: int = 0) -> tuple[list[int], list[bool]]:
    row = torch.tensor([importance + [0.0] * padding])
    numbers, important = window_numbers(row, torch.arange(row.shape[1])[None] < len(importance))
    return numbers[0, : len(importance)].tolist(), important[0, : len(importance)].tolist()


def captured(made: Network, x: Tensor, lengths: list[int]) -> list[tuple[Tensor, Tensor]]:
    """Window numbers and next importance of every block."""
    found = []

    def keep(part: torch.nn.Module, given: tuple[Tensor, Tensor, Tensor], out: tuple[Tensor, Tensor]) -> None:
        found.append((window_numbers(given[1], given[2])[0], out[1]))

    hooks = [part.register_forward_hook(keep) for part in made.blocks]
    with torch.no_grad():
        made(x, torch.tensor(lengths))
    for hook in hooks:
        hook.remove()
    return found


def test_the_size_is_the_published_one() -> None:
    made = Network(Config(), 1024, 4)
    assert parameter_count(made) == 37_443_844
    assert parameter_count(made.vanilla) == 5_252_608
    assert [parameter_count(part) for part in made.blocks] == [10_509_312] * 3
    assert parameter_count(made.classifier) == 657_156


def test_only_other_feature_sizes_are_projected() -> None:
    assert parameter_count(Network(Config(), 1024, 4).projection) == 0
    assert parameter_count(Network(Config(), 80, 4).projection) == 80 * 1024 + 1024


@pytest.mark.parametrize("padding", [0, 1, 5])
def test_windows_of_the_sheet(padding: int) -> None:
    numbers, important = windows([0.1, 0.9, 0.8, 0.2, 0.7, 0.1, 0.1, 0.6], padding)
    assert numbers == [0, 1, 1, 2, 2, 2, 2, 3]
    assert "".join(str(int(b)) for b in important) == "01101001"


@pytest.mark.parametrize("padding", [0, 1, 5])
def test_single_frames_merge_with_what_follows(padding: int) -> None:
    assert windows([0.3, 0.1, 0.3, 0.1, 0.3, 0.1], padding)[0] == [0, 1, 1, 1, 1, 1]


def test_equal_frames_are_one_window() -> None:
    assert windows([0.125] * 8) == ([0] * 8, [True] * 8)
    assert windows([0.5]) == ([0], [True])


def test_rounding_does_not_split_equal_frames() -> None:
    assert windows([0.2, 0.2 * (1 - 2e-7), 0.2, 0.2 * (1 + 2e-7), 0.2])[0] == [0] * 5


def test_windows_are_those_of_a_plain_loop() -> None:
    draw = torch.Generator().manual_seed(0)
    for frames in range(1, 40):
        importance = torch.rand(frames, generator=draw)
        theta = importance.sort().values[frames // 2]
        b = (importance >= theta).tolist()
        ends = [t == frames - 1 or b[t] != b[t + 1] for t in range(frames)]
        kept = [ends[t] and not (t and ends[t - 1]) for t in range(frames)]
        assert windows(importance.tolist())[0] == [sum(kept[:t]) for t in range(frames)]


def test_frames_below_the_threshold_weigh_less() -> None:
    importance = torch.tensor([[0.1, 0.9, 0.8, 0.2, 0.7, 0.1, 0.1, 0.6]])
    _, weight = block().split(importance, torch.ones(1, 8, dtype=torch.bool))
    torch.testing.assert_close(weight[0], torch.tensor([0.85, 1, 1, 0.85, 1, 0.85, 0.85, 1]))


def test_no_gradient_crosses_a_window() -> None:
    part, numbers = block(), torch.tensor([[0, 1, 1, 2, 2, 2, 2, 3]])
    valid = torch.ones(1, 8, dtype=torch.bool)
    x = torch.randn(1, 8, 32)

    def run(x: Tensor) -> Tensor:
        return part.attend_inside(x, numbers, valid)[0]

    size = torch.autograd.functional.jacobian(run, x)[0, :, :, 0].abs().amax((1, 3))  # (output frame, input frame)
    same = numbers[0][:, None] == numbers[0]
    assert (size[~same] == 0).all() and (size[same] > 0).all()


def test_local_scores_sum_to_one_in_every_window() -> None:
    numbers, valid = torch.tensor([[0, 1, 1, 2, 2, 2, 3, 3]]), torch.arange(8)[None] < 7
    _, score = block().attend_inside(torch.randn(1, 8, 32), numbers, valid)
    sums = torch.zeros(4).index_add(0, numbers[0], score[0])
    torch.testing.assert_close(sums, torch.ones(4))
    assert score[0, 7] == 0


def test_large_scores_stay_finite() -> None:
    same = torch.tensor([[[True, True, False], [True, True, False], [False, False, True]]])
    found = softmax_inside(torch.tensor([[300.0, 299.0, -300.0]]), same)
    torch.testing.assert_close(found, torch.cat([torch.tensor([1.0, 0.0]).softmax(0), torch.ones(1)])[None])


def test_the_next_importance_sums_to_one_over_the_real_frames() -> None:
    for _, importance in captured(network(), torch.randn(2, 20, FEATURES), [20, 13]):
        torch.testing.assert_close(importance.sum(1), torch.ones(2))
        assert (importance[1, 13:] == 0).all()


def test_one_window_adds_one_token_to_every_frame() -> None:
    part, x = block("whole"), torch.randn(2, 9, 32)
    valid = torch.ones(2, 9, dtype=torch.bool)
    importance = torch.full((2, 9), 1 / 9)
    local, score = part.attend_inside(x, torch.zeros(2, 9, dtype=torch.long), valid)
    out, _ = part(x, importance, valid)
    token = (score[..., None] * local).sum(1, keepdim=True)
    everyone = torch.ones(2, 1, 1, dtype=torch.bool)
    torch.testing.assert_close(out, local + part.across(token, everyone, everyone[..., 0])[0])


def test_fixed_windows_have_one_length() -> None:
    numbers, _ = block("fixed").split(torch.rand(1, 10), torch.ones(1, 10, dtype=torch.bool))
    assert numbers[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]


def test_a_neighbour_with_more_windows_changes_nothing() -> None:
    made, x = network(), torch.randn(2, 60, FEATURES)
    x[0, 16:] = 0
    together = captured(made, x, [16, 60])
    alone = captured(made, x[:1, :16], [16])
    counts = [numbers.amax(1) for numbers, _ in together]
    assert all(count[0] != count[1] for count in counts)
    for (numbers, importance), (own, own_importance) in zip(together, alone):
        assert torch.equal(numbers[0, :16], own[0])
        torch.testing.assert_close(importance[0, :16], own_importance[0])
    lengths = torch.tensor([16, 60])
    torch.testing.assert_close(made(x, lengths)[0][:1], made(x[:1, :16], lengths[:1])[0])


def test_frames_behind_the_limit_are_not_read() -> None:
    made, x = network(frames=12), torch.randn(1, 20, FEATURES)
    torch.testing.assert_close(made(x, torch.tensor([20]))[0], made(x[:, :12], torch.tensor([12]))[0])


def test_a_stack_that_is_not_full_repeats_the_last_frame() -> None:
    made, x = network(stack=2), torch.randn(1, 8, FEATURES)
    filled = torch.cat([x[:, :7], x[:, 6:7]], 1)
    torch.testing.assert_close(made(x, torch.tensor([7]))[0], made(filled, torch.tensor([8]))[0])


def test_the_learning_rate_restarts_after_3_9_and_21_epochs() -> None:
    made = DWFormer(Config.small(), label_space("common4"), {"speech": (80,)}, {"speech": True})
    plan = made.stages()[0].optimise(1)[0]
    rates = []
    for _ in range(22):
        rates.append(plan.optimiser.param_groups[0]["lr"])
        plan.optimiser.step()
        plan.schedule.step()
    highest = [epoch for epoch, rate in enumerate(rates) if rate == pytest.approx(made.config.learning_rate)]
    assert highest == [0, 3, 9, 21]
