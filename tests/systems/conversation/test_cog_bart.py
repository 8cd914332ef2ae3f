"""CoG-BART: the statements of its sheet."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.encoders import front_end, tokenizer
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import Outputs, parameter_count
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.conversation.cog_bart import CoGBART, Config, DialogueLayer, Network

SPACE = LABEL_SPACES["meld7"]
WORDS = ("we", "met", "the", "old", "dog", "near", "a", "red", "house", "and", "it", "was", "so", "very", "kind")


def dialogue(turns: int, seed: int = 0, said: dict[int, str] | None = None) -> list[Item]:
    """A dialogue of two speakers with random words; `said` replaces turns."""
    generator = np.random.default_rng([seed, turns])
    records = [
        Record(
            id=f"{turn}", corpus="c", dialogue="d", turn=turn, speaker="d/" + ("Ann", "Bob")[turn % 2],
            text=(said or {}).get(turn, " ".join(generator.choice(WORDS, generator.integers(2, 6)))),
        )
        for turn in range(turns)
    ]  # fmt: skip
    reader = front_end(Config.small().inputs["tokens"])
    features = reader.extract([reader.load(record) for record in records])
    return [Item(r, {"tokens": ids}, np.int64(r.turn % SPACE.size)) for r, ids in zip(records, features)]


def system(**changes: object) -> CoGBART:
    torch.manual_seed(0)
    return CoGBART(Config.small().override(changes), SPACE, {"tokens": ()}, {"tokens": True}).eval()


def total(made: CoGBART, batch: Batch) -> torch.Tensor:
    return torch.stack(list(made.loss(made(batch), batch).values())).sum()


@pytest.mark.parametrize(
    ("sizes", "classes", "expected"),
    [
        ({}, 6, 415_103_734),
        ({}, 7, 415_103_734 + 401),
        (
            {
                "d_model": 768,
                "encoder_layers": 6,
                "decoder_layers": 6,
                "encoder_ffn_dim": 3072,
                "decoder_ffn_dim": 3072,
            },
            6,
            145_244_406,
        ),
    ],
)
def test_the_published_number_of_parameters(sizes: dict[str, int], classes: int, expected: int) -> None:
    from transformers import BartConfig, BartForConditionalGeneration

    with torch.device("meta"):
        network = Network(Config(), BartForConditionalGeneration(BartConfig(**sizes)), classes)
    assert parameter_count(network) == expected
    assert network.dialogue is not None
    if not sizes and classes == 6:
        assert parameter_count(network.dialogue) == 8_399_872
        assert parameter_count(network.head) == 412_406


def test_the_text_that_is_read_begins_with_the_name() -> None:
    item = dialogue(1, said={0: "hello there"})[0]
    assert tokenizer("tiny", "seq2seq").decode(item.inputs["tokens"], skip_special_tokens=True) == "ann : hello there"


def test_with_labels_all_different_every_anchor_has_its_own_second_view() -> None:
    made = system(contrast_weight=1, generation_weight=0)
    batch = made.collate([dialogue(4)])
    logits = made(batch).logits[0]
    views = torch.cat([logits, logits])  # in evaluation both views are equal
    scores = (views @ views.t() / made.config.temperature).fill_diagonal_(-torch.inf)
    expected = -scores.log_softmax(1)[torch.arange(8), (torch.arange(8) + 4) % 8].mean()
    torch.testing.assert_close(made.loss(made(batch), batch)["contrast"], expected)


def test_the_second_view_trains_the_head_and_not_the_language_model() -> None:
    made = system(contrast_weight=1, generation_weight=0).train()
    batch = made.collate([dialogue(4)])
    outputs = made(batch)
    first = Outputs(logits=outputs.logits.detach(), extras=outputs.extras)
    made.loss(first, batch)["contrast"].backward()
    assert all(p.grad is None for p in made.network.language.parameters())
    for part in (made.network.dialogue, made.network.head):
        assert part is not None and all(p.grad is not None and p.grad.any() for p in part.parameters())


def test_the_weights_of_the_terms() -> None:
    batch = system().collate([dialogue(3), dialogue(2)])
    plain = system(contrast_weight=0, generation_weight=0)
    logits = plain(batch).logits[batch.turn_mask]
    expected = functional.cross_entropy(logits, batch.targets[batch.turn_mask])
    torch.testing.assert_close(total(plain, batch), expected)
    made = system(contrast_weight=0.75, generation_weight=0.25)
    terms = made.loss(made(batch), batch)
    assert terms["cross_entropy"] == 0
    other = system(contrast_weight=0.375, generation_weight=0.25)
    halved = other.loss(other(batch), batch)
    torch.testing.assert_close(halved["contrast"], terms["contrast"] / 2)
    torch.testing.assert_close(halved["generation"], terms["generation"])
    torch.testing.assert_close(halved["cross_entropy"], 0.375 * expected)


def test_padded_tokens_change_no_pooled_vector_and_no_logits() -> None:
    made = system()
    batch = made.collate([dialogue(4), dialogue(2)])
    tokens = batch["tokens"]
    dirty = torch.where(tokens.mask, tokens.data, 4321)
    other = dataclasses.replace(batch, inputs={"tokens": Padded(dirty, tokens.lengths)})
    one, two = made(batch), made(other)
    torch.testing.assert_close(one.extras["pooled"], two.extras["pooled"])
    torch.testing.assert_close(one.logits, two.logits)


@pytest.mark.parametrize("dialogue_layer", [True, False])
def test_an_utterance_reaches_the_others_of_its_chunk_through_the_dialogue_layer_only(dialogue_layer: bool) -> None:
    made = system(dialogue_layer=dialogue_layer)
    plain, changed = (
        made(made.collate([dialogue(11, said={9: text}), dialogue(3)])).logits for text in ("we met", "a red dog")
    )
    moved = ~torch.isclose(plain, changed, atol=1e-6).all(-1)
    expected = torch.zeros(2, 11, dtype=torch.bool)
    expected[0, 8:11] = dialogue_layer
    expected[0, 9] = True
    assert torch.equal(moved, expected)


def test_a_long_dialogue_is_its_chunks() -> None:
    torch.manual_seed(0)
    layer = DialogueLayer(16, Config.small()).eval()
    utterances = torch.randn(21, 16)
    together = layer(utterances, torch.tensor([[True] * 18 + [False] * 2, [True] * 3 + [False] * 17]))
    parts = utterances.split([8, 8, 2, 3])
    alone = torch.cat([layer(part, torch.ones(1, len(part), dtype=torch.bool)) for part in parts])
    torch.testing.assert_close(together, alone)


def test_the_order_of_the_utterances_of_a_chunk_does_not_matter_to_the_dialogue_layer() -> None:
    torch.manual_seed(0)
    layer = DialogueLayer(16, Config.small()).eval()
    utterances, real = torch.randn(5, 16), torch.ones(1, 5, dtype=torch.bool)
    torch.testing.assert_close(layer(utterances.flip(0), real), layer(utterances, real).flip(0))


def test_what_is_written_is_the_next_utterance_and_end_after_the_last() -> None:
    made = system()
    items = dialogue(3), dialogue(1)
    following = made.collate(items).extras["next"]
    words = tokenizer("tiny", "seq2seq")
    read = [
        [words.decode(following.data[i, turn, : following.lengths[i, turn]]) for turn in range(len(d))]
        for i, d in enumerate(items)
    ]
    said = [words.decode(item.inputs["tokens"]) for item in items[0]]
    assert read == [[said[1], said[2], words.decode(made.end)], [words.decode(made.end)]]
    assert words.decode(made.end, skip_special_tokens=True) == "end"


def test_the_generation_loss_depends_on_the_utterance_that_follows() -> None:
    made = system()
    batch, other = (made.collate([dialogue(2, said={0: "we met", 1: text})]) for text in ("so kind", "so very kind"))
    outputs = made(batch)
    assert made.generation_loss(outputs, batch) != made.generation_loss(outputs, other)


def test_the_generation_loss_is_the_mean_over_the_real_tokens_of_the_targets() -> None:
    made = system()
    batch = made.collate([dialogue(3)])
    outputs = made(batch)
    network = made.network.language.network
    sums, tokens = torch.zeros(()), 0
    for turn in range(3):
        size, written = int(batch["tokens"].lengths[0, turn]), int(batch.extras["next"].lengths[0, turn])
        labels = batch.extras["next"].data[0, turn, :written].unsqueeze(0)
        whole = network(input_ids=batch["tokens"].data[0, turn, :size].unsqueeze(0), labels=labels)
        sums, tokens = sums + whole.loss * written, tokens + written
    torch.testing.assert_close(made.generation_loss(outputs, batch), sums / tokens)


def test_counting_the_padding_is_a_setting() -> None:
    made, counting = system(), system(ignore_padding=False)
    short, long = ([dialogue(2, said={0: "we met", 1: text})] for text in ("so", "so very kind was the old dog"))
    batch = made.collate([*short, *long])
    alone = made.collate(short)
    losses = [model.generation_loss(model(batch), batch) for model in (made, counting)]
    assert losses[0] != losses[1]
    same = [model.generation_loss(model(alone), alone) for model in (made, counting)]
    assert same[0] != same[1], "'end' is shorter than the other target"


def test_utterances_without_a_label_are_context_and_count_in_no_supervised_term() -> None:
    made = system()
    items = dialogue(4)
    hidden = [*items[:3], dataclasses.replace(items[3], target=None)]
    batch, whole = made.collate([hidden]), made.collate([items])
    terms = made.loss(made(batch), batch)
    logits = made(whole).logits[0, :3]
    expected = functional.cross_entropy(logits, whole.targets[0, :3])
    share = 1 - made.config.contrast_weight - made.config.generation_weight
    torch.testing.assert_close(terms["cross_entropy"], share * expected)
    none = made.collate([[dataclasses.replace(item, target=None) for item in items], items[:1]])
    assert torch.isfinite(total(made, none))


def test_the_groups_of_similar_length_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = system()
    batch = made.collate([dialogue(9), dialogue(5, seed=1), dialogue(7, seed=2)])
    grouped, terms = made(batch), made.loss(made(batch), batch)
    assert len(grouped.extras["groups"]) == 2
    monkeypatch.setattr("ai4er.systems.conversation.cog_bart.GROUP", 100)
    torch.testing.assert_close(made(batch).logits, grouped.logits)
    for name, term in made.loss(made(batch), batch).items():
        torch.testing.assert_close(term, terms[name])
