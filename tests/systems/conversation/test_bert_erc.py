"""BERT-ERC: one mask before the query's "says:", segments pooled apart, and a second stage that reads no label."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pydantic
import pytest
import torch

from ai4er.encoders import tokenizer
from ai4er.encoders.token_ids import TokenIds
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.conversation._suggestive_text import FUTURE, MARK, PAST, QUERY, SuggestiveText, adverb
from ai4er.systems.conversation.bert_erc import BERTERC, Config

SPACE = LABEL_SPACES["meld7"]
WORDS = tokenizer("tiny", "text")
SAID = (("Ann", "we won the game"), ("Bob", "no way"), ("Ann", "they says: never again"), ("", "oh dear"))
HIDDEN = 32


def dialogue(said: tuple[tuple[str, str], ...] = SAID, label: int = 0) -> list[Item]:
    made = []
    for turn, (speaker, text) in enumerate(said):
        record = Record(id=str(turn), corpus="c", speaker=f"c/{speaker}", dialogue="d", turn=turn, text=text)
        extractor = TokenIds(encoder="tiny", max_length=24, says=True)
        tokens = extractor.extract([extractor.load(record)])[0]
        made.append(Item(record, {"tokens": tokens}, np.int64((label + turn) % 7)))  # type: ignore[arg-type]
    return made


def build(**settings: Any) -> BERTERC:
    torch.manual_seed(0)
    return BERTERC(Config.small().override(settings), SPACE, {"tokens": ()}, {"tokens": True}).eval()


def second_stage(**settings: Any) -> BERTERC:
    """A system whose second model has begun, with weights that make its emotions differ from turn to turn."""
    made = build(**settings)
    with torch.no_grad():
        made.first.head[0].weight.mul_(20)
    made.begin_second(StageData({}, made.collate, 0, torch.device("cpu")))
    return made


def read(made: BERTERC, said: tuple[tuple[str, str], ...] = SAID, emotions: Any = None) -> list[str]:
    return [WORDS.decode(prompt.tokens) for prompt in made.prompts(made.collate([dialogue(said)]), emotions)]


def changed(turn: int) -> tuple[tuple[str, str], ...]:
    return tuple(("Cleo", "a whole other thing") if i == turn else one for i, one in enumerate(SAID))


def test_a_prompt_names_who_speaks_and_masks_the_adverb_of_the_query_alone() -> None:
    texts = read(build(past=9, future=9, longest=200))
    assert texts[1] == (
        "[CLS] ann says : we won the game [CLS] bob [MASK] says : no way [SEP] ann says : they says : never again "
        "someone says : oh dear [SEP]"
    )
    for text, (speaker, _) in zip(texts, SAID):
        assert text.count("[MASK]") == 1
        assert f"{speaker.lower() or 'someone'} [MASK] says :" in text
    assert len(set(texts)) == len(SAID)


def test_every_token_is_in_one_of_past_query_and_future() -> None:
    made = build(past=9, future=9, longest=200)
    for number, prompt in enumerate(made.prompts(made.collate([dialogue()]))):
        marks = [t in (101, 102) for t in prompt.tokens]
        assert [part == MARK for part in prompt.parts] == marks and sum(marks) == 4
        inner = [part for part in prompt.parts if part != MARK]
        assert inner == sorted(inner)  # past, then query, then future
        assert (PAST in inner, QUERY in inner, FUTURE in inner) == (number > 0, True, number < 3)
        assert prompt.tokens[prompt.mask] == WORDS.mask_token_id and prompt.parts[prompt.mask] == QUERY


def test_the_nearest_turns_of_either_side_are_kept() -> None:
    made = build(past=2, future=1, longest=200)
    said = tuple((name, word) for name, word in zip("abcdef", ("one", "two", "three", "four", "five", "six")))
    texts = read(made, said)
    assert [word in texts[3] for _, word in said] == [False, True, True, True, True, False]
    narrow = build(past=9, future=9, longest=20)
    for text, prompt in zip(read(narrow, said), narrow.prompts(narrow.collate([dialogue(said)]))):
        assert len(prompt.tokens) <= 20, text
    assert [word in read(narrow, said)[3] for _, word in said] == [False, False, True, True, True, False]


def test_a_query_longer_than_the_text_is_cut_and_keeps_its_mask() -> None:
    made = build(longest=16)
    (prompt,) = made.prompts(made.collate([dialogue((("Ann", "so " * 40),))]))
    assert len(prompt.tokens) == 16 and prompt.tokens[prompt.mask] == WORDS.mask_token_id


def test_the_vector_is_the_means_of_the_three_segments_and_zero_for_an_empty_one() -> None:
    made = build(past=9, future=9, longest=200)
    batch = made.collate([dialogue()])
    vectors = made(batch).embedding[0]
    assert vectors.shape == (4, 3 * HIDDEN)
    assert not vectors[0, :HIDDEN].any() and not vectors[3, 2 * HIDDEN :].any()
    prompt = made.prompts(batch)[1]
    states = made.first.encoder(input_ids=torch.tensor([prompt.tokens])).last_hidden_state[0]
    expected = [states[[p == part for p in prompt.parts]].mean(0) for part in (PAST, QUERY, FUTURE)]
    torch.testing.assert_close(vectors[1], torch.cat(expected), atol=1e-5, rtol=1e-4)


def test_other_future_turns_change_the_third_of_the_future() -> None:
    made = build(past=9, future=9, longest=200)
    one, other = (made(made.collate([dialogue(said)])).embedding[0, 1] for said in (SAID, changed(3)))
    assert (one[2 * HIDDEN :] - other[2 * HIDDEN :]).abs().max() > 1e-3


def test_online_a_turn_does_not_hear_what_comes_after_it() -> None:
    made = second_stage(context="past")
    one, other = (made(made.collate([dialogue(said)])).logits[0] for said in (SAID, changed(3)))
    torch.testing.assert_close(one[:3], other[:3], atol=1e-6, rtol=1e-5)
    both = build()
    one, other = (both(both.collate([dialogue(said)])).logits[0] for said in (SAID, changed(3)))
    assert (one[2] - other[2]).abs().max() > 1e-5


def test_without_context_a_turn_is_read_alone() -> None:
    made = build(context=None)
    whole = made(made.collate([dialogue()])).logits[0]
    for turn in range(4):
        alone = made(made.collate([dialogue()[turn : turn + 1]])).logits[0, 0]
        torch.testing.assert_close(whole[turn], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("pool", "sizes"), [("segments", 96), ("query", 32), ("mask", 32), ("cls", 32)])
def test_other_ways_to_pool(pool: str, sizes: int) -> None:
    made = build(pool=pool)
    batch = made.collate([dialogue()])
    vectors = made(batch).embedding[0]
    assert vectors.shape == (4, sizes)
    if pool in ("mask", "cls"):
        prompt = made.prompts(batch)[1]
        states = made.first.encoder(input_ids=torch.tensor([prompt.tokens])).last_hidden_state[0]
        torch.testing.assert_close(vectors[1], states[prompt.mask if pool == "mask" else 0], atol=1e-5, rtol=1e-4)


def test_without_suggestive_text_there_are_the_texts_alone() -> None:
    assert read(build(suggestive=False))[1] == (
        "[CLS] we won the game [CLS] no way [SEP] they says : never again [SEP]"
    )
    with pytest.raises((Ai4erError, pydantic.ValidationError), match="there is a mask in suggestive text only"):
        Config.small().override({"pool": "mask", "suggestive": False})


def test_the_second_stage_tells_the_emotions_of_the_context_and_none_of_the_query() -> None:
    made = build(past=9, future=9, longest=200)
    emotions = torch.tensor([[SPACE.index(name) for name in ("joy", "anger", "neutral", "sadness")]])
    assert read(made, emotions=emotions)[1] == (
        "[CLS] ann happily says : we won the game [CLS] bob [MASK] says : no way [SEP] ann says : they says : never "
        "again someone sadly says : oh dear [SEP]"
    )


def test_labels_change_no_text_and_predicted_emotions_of_other_turns_do() -> None:
    made = second_stage()
    batches = [made.collate([dialogue(label=label)]) for label in (0, 3)]
    assert not torch.equal(batches[0].targets, batches[1].targets)
    found = [made(batch).logits for batch in batches]
    assert torch.equal(*found)
    emotions = made.emotions(batches[0])
    others = emotions.clone()
    others[0, 0] = (others[0, 0] + 1) % 7
    one, other = (read(made, emotions=e) for e in (emotions, others))
    assert one[0] == other[0] and one[1] != other[1]


def test_the_second_model_starts_as_the_first_and_the_first_is_not_taught_any_more() -> None:
    made = second_stage()
    assert made.second is not None and bool(made.labelled)
    for one, other in zip(made.first.parameters(), made.second.parameters()):
        assert torch.equal(one, other)
    batch = made.train().collate([dialogue()])
    made.loss(made(batch), batch)["cross_entropy"].backward()
    assert all(p.grad is None for p in made.first.parameters())
    assert made.first.training  # only while it labels it is not
    first, second = made.stages()
    held = [
        {id(p) for g in stage.optimise(10)[0].optimiser.param_groups for p in g["params"]} for stage in (first, second)
    ]
    assert held == [set(map(id, part.parameters())) for part in (made.first, made.second)]
    assert second.before == "begin_second"


def test_a_plain_second_pass_goes_on_at_a_lower_rate() -> None:
    made = build(stage2_context=None, second_rate=0.25)
    assert made.second is None
    rates = [stage.optimise(10)[0].optimiser.param_groups[0]["initial_lr"] for stage in made.stages()]
    assert rates[1] == pytest.approx(0.25 * rates[0])
    assert len(build(second_epochs=0).stages()) == 1


def test_a_turn_without_a_label_is_context_and_nothing_to_learn() -> None:
    made = build()
    items = dialogue()
    blank = [dataclasses.replace(items[0], target=None), *items[1:]]
    whole, part = (made.collate([given]) for given in (items, blank))
    outputs = made(whole)
    torch.testing.assert_close(made(part).logits, outputs.logits)
    expected = torch.nn.functional.cross_entropy(outputs.logits[0, 1:], whole.targets[0, 1:])
    torch.testing.assert_close(made.loss(outputs, part)["cross_entropy"], expected)


def test_the_head_has_the_published_size() -> None:
    made = build(head_hidden=1024)
    assert parameter_count(made.first.head) == 3 * HIDDEN * 1024 + 1024 + 1024 * 7 + 7
    assert Config().encoder == "roberta-large" and Config().longest == 512


def test_with_a_rank_only_adapters_and_head_learn() -> None:
    made = build(rank=2, second_epochs=0)
    assert not made.stores_encoder and build().stores_encoder
    assert {n.rsplit(".", 1)[-1] for n, _ in made.first.encoder.named_parameters()} == {"down", "up"}


def test_a_class_without_an_adverb_is_said_as_it_is() -> None:
    assert [adverb(name) for name in ("joy", "mad", "other_thing")] == ["happily", "angrily", "other thing"]
    made = SuggestiveText("tiny", LABEL_SPACES["iemocap6"], 100, 1, 1)
    assert [len(word) > 0 for word in made.words] == [name != "neutral" for name in LABEL_SPACES["iemocap6"].names]
