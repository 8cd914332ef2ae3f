"""DIDAN: the target rebuilt from the source, and nothing else of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.nn.vgg import vgg
from ai4er.records import Record
from ai4er.systems.adaptation.didan import DIDAN, Config, Network, implicit_alignment
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]
PLAIN = Config.small().override({"normalised": False, "dropout": 0.0, "epochs": 1})


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def items(count: int, seed: int, labelled: bool = True) -> list[Item]:
    images = np.random.default_rng(seed).random((count, 1, 16, 16), np.float32)
    return [
        Item(Record(id=str(i), corpus=str(seed)), {"image": image}, np.int64(i % 4) if labelled else None)  # type: ignore[arg-type]
        for i, image in enumerate(images)
    ]


def system(config: Config = PLAIN) -> DIDAN:
    torch.manual_seed(0)
    return DIDAN(config, SPACE, {"image": (1, 16, 16)}, {"image": False})


def gradients(made: DIDAN, target: list[Item], progress: float = 1.0, term: str = "") -> dict[str, Tensor]:
    roles = {"train": items(8, 0), "unlabelled": target}
    made.meet(StageData(roles, made.collate, 0, torch.device("cpu")))
    made.progress.fill_(progress)
    batch = made.collate(made.train().transform(roles["train"], roles["train"], np.random.default_rng(0)))
    terms = made.loss(made(batch), batch)
    made.zero_grad()
    (terms[term] if term else torch.stack(list(terms.values())).sum()).backward()
    return {name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None}


def test_target_items_that_the_source_has_are_rebuilt_though_their_means_differ() -> None:
    source = random(8, 512)
    assert float(implicit_alignment(source, source[:2], 0.0, 200)) < 1e-6
    assert float((source.mean(0) - source[:2].mean(0)).norm()) > 1


def test_what_the_source_does_not_span_costs_its_whole_length() -> None:
    source, target = torch.eye(6)[:4], 3 * torch.eye(6)[5:]
    assert float(implicit_alignment(source, target, 0.0, 50)) == pytest.approx(9 / 6)


def test_the_combination_has_no_gradient_and_both_corpora_have() -> None:
    source, target = random(4, 16).requires_grad_(), random(3, 16, seed=1).requires_grad_()
    implicit_alignment(source, target, 0.0, 400).backward()
    codes = target.detach() @ torch.linalg.pinv(source.detach())
    rest = (target - codes @ source).detach()
    torch.testing.assert_close(target.grad, 2 * rest / rest.numel(), atol=1e-4, rtol=0)
    torch.testing.assert_close(source.grad, -2 * codes.T @ rest / rest.numel(), atol=1e-4, rtol=0)


def test_the_reconstruction_reaches_the_convolutions_but_not_the_classifier() -> None:
    reached = gradients(system(), items(8, 1), term="alignment")
    assert any(g.any() for n, g in reached.items() if "features" in n)
    assert not any("classifier" in name and g.any() for name, g in reached.items())


def test_without_lambda_or_at_the_first_step_the_target_has_no_influence() -> None:
    for config, progress in ((PLAIN.override({"alignment": 0.0}), 1.0), (PLAIN, 0.0)):
        one, other = (gradients(system(config), items(8, seed), progress) for seed in (1, 2))
        assert all(torch.allclose(one[name], other[name], atol=1e-7) for name in one)
    one, other = (gradients(system(), items(8, seed)) for seed in (1, 2))
    assert not all(torch.allclose(one[name], other[name], atol=1e-5) for name in one)


def test_labels_of_the_target_are_never_read() -> None:
    one, other = (gradients(system(), items(8, 1, labelled)) for labelled in (True, False))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_it_is_vgg_11_with_two_hidden_layers_and_nothing_else() -> None:
    with torch.device("meta"):
        network = Network(Config(), 224, 5)
    dense = 25_088 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 5 + 5
    assert sum(p.numel() for p in network.parameters()) == 9_220_480 + dense


def test_published_convolutions_are_taken_over_and_others_refused(tmp_path: Path) -> None:
    published = {f"features.{name}": random(*value.shape) for name, value in vgg(PLAIN.groups).state_dict().items()}
    save_file({**published, "head.fc.weight": random(3, 3)}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text("{}")
    settings: dict[str, Any] = {"image_weights": str(tmp_path)}
    made = system(PLAIN.override(settings))
    roles = {"train": items(2, 0), "unlabelled": items(2, 1)}
    made.begin(StageData(roles, made.collate, 0, torch.device("cpu")))
    for name, value in made.network.features.state_dict().items():
        assert torch.equal(value, published[f"features.{name}"])
    other = system(PLAIN.override({**settings, "groups": ((8,), (8,), (8,))}))
    with pytest.raises(Ai4erError, match="do not fit"):
        other.begin(StageData(roles, other.collate, 0, torch.device("cpu")))


def test_an_image_that_is_none_is_refused() -> None:
    with pytest.raises(Ai4erError, match="size, size"):
        DIDAN(PLAIN, SPACE, {"image": (40,)}, {"image": True})
