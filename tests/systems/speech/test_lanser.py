"""LanSER is what its sheet says: weak labels by entailment, taxonomies, what text and sound may change, the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech import lanser
from ai4er.systems.speech.lanser import SPEECH, TAXONOMY, Config, LanSER, weak_labels

SPACE = label_space("common4")


def overlap(spec: str, premises: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
    """An entailment network that counts the words that a text shares with a statement."""
    asked.append((list(premises), list(hypotheses)))
    sets = [[set(re.findall(r"\w+", text.lower())) for text in texts] for texts in (premises, hypotheses)]
    return np.array([[len(p & h) / 10 for h in sets[1]] for p in sets[0]])


asked: list[tuple[list[str], list[str]]] = []


@pytest.fixture(autouse=True)
def _counted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked.clear()
    monkeypatch.setattr(lanser, "entailment", overlap)


def system(space: LabelSpace = SPACE, **changes: Any) -> LanSER:
    torch.manual_seed(0)
    config = Config.small().override({"taxonomy": ("angry", "happy", "sad"), "frames": 32, **changes})
    return LanSER(config, space, {SPEECH: (32,)}, {SPEECH: True})


def items(*texts: str | None, seed: int = 0) -> list[Item]:
    generator = np.random.default_rng(seed)
    return [
        Item(
            Record(id=str(number), corpus="made", text=text),
            {SPEECH: generator.standard_normal((20 + 9 * number, 32)).astype(np.float32)},
            np.int64(number % 4),  # type: ignore[arg-type]
        )
        for number, text in enumerate(texts)
    ]


def labelled(units: list[Item], **changes: Any) -> LanSER:
    whole = system(**changes)
    whole.label(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    return whole


def names(whole: LanSER) -> list[str | None]:
    rows = whole.targets.values()
    return [whole.taxonomy[int(row.argmax())] if row.any() else None for row in rows]


def test_the_label_is_the_entailed_word_of_the_taxonomy() -> None:
    units = items("I am so happy", "he looked angry", "what a sad day")
    assert names(labelled(units)) == ["happy", "angry", "sad"]


def test_each_label_is_asked_by_a_hypothesis_of_its_own_and_each_transcript_once() -> None:
    weak_labels(["so sad", "so happy", "so sad"], Config(template="They are {}!"), ("sad", "happy"))
    assert asked == [(["so sad", "so happy"], ["They are sad!", "They are happy!"])]


def test_the_order_of_the_taxonomy_changes_no_label() -> None:
    units = items("I am so happy", "he looked angry")
    assert names(labelled(units, taxonomy=("sad", "happy", "angry"))) == names(labelled(units))


def test_the_label_depends_on_the_words_alone_and_the_network_on_the_sound_alone() -> None:
    one, other = items("so happy", "so sad"), items("so happy", "so sad", seed=1)
    assert names(labelled(one)) == names(labelled(other))
    whole = system().eval()
    said = [Item(unit.record.replace(text="angry"), unit.inputs, unit.target) for unit in one]
    assert torch.equal(whole(whole.collate(said)).logits, whole(whole.collate(one)).logits)


def test_what_is_too_short_or_entails_nothing_teaches_nothing() -> None:
    units = items("happy", "nothing at all", "so happy", None)
    whole = labelled(units, least=0.05)
    assert names(whole) == [None, None, "happy", None]
    whole.eval()
    every = whole.weak_loss(Outputs(), whole.collate(units))["weak"]
    torch.testing.assert_close(every, whole.weak_loss(Outputs(), whole.collate(units[2:3]))["weak"])


def test_the_weak_loss_is_the_cross_entropy_of_hard_or_soft_labels() -> None:
    units = items("so happy", "this is angry person")
    for soft in (False, True):
        whole = labelled(units, soft=soft, temperature=0.5).eval()
        batch = whole.collate(units)
        e, _ = weak_labels([str(unit.record.text) for unit in units], whole.config, whole.taxonomy)
        e = np.maximum(e, 1e-9) ** 2
        wanted = torch.tensor(e / e.sum(1, keepdims=True) if soft else np.eye(3)[e.argmax(1)]).float()
        log = whole.weak(whole.embedded(batch)).log_softmax(1)
        torch.testing.assert_close(whole.weak_loss(Outputs(), batch)["weak"], -(wanted * log).sum(1).mean())


def test_another_taxonomy_changes_the_last_layer_only() -> None:
    few, many = system(), system(taxonomy=TAXONOMY)
    different = {n for n, p in many.state_dict().items() if few.state_dict()[n].shape != p.shape}
    assert different == {"weak.weight", "weak.bias"} and len(set(TAXONOMY)) == 43


def test_fine_tuning_starts_from_all_of_the_pretrained_network_and_a_probe_keeps_it() -> None:
    units = items("so happy", "so sad", "so angry", "so sad")
    for use, kept in (("tune", False), ("probe", True)):
        whole = labelled(units, use=use)
        for number, stage in enumerate(whole.stages()):
            before = {name: p.clone() for name, p in whole.named_parameters()}
            whole.train()
            whole.step(whole.collate(units), stage, [one.optimiser for one in stage.optimise(1)], torch.Tensor.backward)
            changed = {name.split(".")[0] for name, p in whole.named_parameters() if not torch.equal(p, before[name])}
            assert changed == ({"network", "weak"} if not number else {"head"} if kept else {"network", "head"})


def test_zero_shot_answers_with_the_weak_labels_that_are_classes() -> None:
    space = LabelSpace(name="two", kind="single", names=("sad", "angry"))
    whole = system(space, use="zero_shot").eval()
    units = items("a b", "c d")
    z = whole.embedded(whole.collate(units))
    torch.testing.assert_close(whole(whole.collate(units)).logits, whole.weak(z)[:, [2, 0]])
    assert [stage.name for stage in whole.stages()] == ["weak"]
    with pytest.raises(Ai4erError, match="it lacks anger"):
        system(use="zero_shot")


def test_clips_have_one_length() -> None:
    whole = system().eval()
    units = items("a", "b", "c")
    alone = torch.cat([whole(whole.collate([unit])).logits for unit in units])
    torch.testing.assert_close(whole(whole.collate(units)).logits, alone, atol=1e-5, rtol=1e-5)
    longer = Item(units[2].record, {SPEECH: np.pad(units[2].inputs[SPEECH], ((0, 50), (0, 0)), "edge")})  # type: ignore[arg-type]
    assert torch.equal(whole(whole.collate([longer])).logits, whole(whole.collate(units[2:])).logits)


def test_the_published_network() -> None:
    with torch.device("meta"):
        whole = LanSER(Config(), SPACE, {SPEECH: (80,)}, {SPEECH: True})
    assert whole.network.size == 2048
    assert parameter_count(whole.network) == 23_508_032 - 2 * 64 * 49
    assert whole.weak.out_features == 43


def test_without_transcripts_the_error_says_what_to_do() -> None:
    with pytest.raises(Ai4erError, match="recogniser="):
        labelled(items(None, None))
    with pytest.raises(Ai4erError, match="where the label stands"):
        Config(template="happy")


def test_a_recogniser_hears_what_has_no_transcript(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []

    def transcribe(spec: str, recordings: Sequence[np.ndarray]) -> list[str]:
        heard.extend(map(len, recordings))
        return ["so sad"] * len(recordings)

    monkeypatch.setattr(lanser, "transcribe", transcribe)
    silent = Record(id="1", corpus="made", arrays={"audio": np.zeros(123, np.float32)})
    units = [items("so happy")[0], Item(silent, items("x")[0].inputs, np.int64(1))]  # type: ignore[arg-type]
    assert names(labelled(units, recogniser="some/ctc")) == ["happy", "sad"] and heard == [123]
