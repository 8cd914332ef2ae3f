"""DualGATs: the statements of its sheet."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.conversation._discourse import RELATIONS, discourse_relations, links_of, parse
from ai4er.systems.conversation.dual_gats import (
    Config,
    DualGATs,
    GraphLayer,
    Interaction,
    Network,
    difference_loss,
    speaker_relations,
)

SPACE = LABEL_SPACES["meld7"]
FEATURES = 12


def dialogue(speakers: str, links: Sequence[Sequence[object]] | None = None, seed: int = 0) -> list[Item]:
    """A dialogue with random utterance vectors, one letter a speaker."""
    generator = np.random.default_rng([seed, len(speakers)])
    attributes = {} if links is None else {"discourse": json.dumps(links)}
    return [
        Item(
            Record(
                id=f"{turn}", corpus="c", speaker=s, dialogue="d", turn=turn, text="So be it.", attributes=attributes
            ),
            {"text": generator.normal(size=FEATURES).astype(np.float32)},
            np.int64(turn % SPACE.size),
        )
        for turn, s in enumerate(speakers)
    ]


def system(**changes: object) -> DualGATs:
    torch.manual_seed(0)
    made = DualGATs(Config.small().override(changes), SPACE, {"text": (FEATURES,)}, {"text": False})
    return made.eval()


@pytest.mark.parametrize(("layers", "classes", "expected"), [(2, 7, 2_885_551), (2, 6, 2_885_250), (3, 7, 3_794_623)])
def test_the_published_number_of_parameters(layers: int, classes: int, expected: int) -> None:
    with torch.device("meta"):
        assert parameter_count(Network(Config(layers=layers), 1024, classes)) == expected


def test_speaker_relations_of_three_turns() -> None:
    ids = speaker_relations(torch.tensor([[0, 1, 0]]), torch.ones(1, 3, dtype=torch.bool))
    assert ids.tolist() == [[[1, 4, 2], [5, 1, 4], [3, 5, 1]]]


def test_discourse_relations_are_symmetric_with_the_last_id_on_the_diagonal() -> None:
    links = [[0, 2, "Contrast"], [0, 1, 3], [0, 2, "Result"]]
    ids = discourse_relations([dialogue("ABA", links), dialogue("AB", [])])
    assert ids[0].tolist() == [[17, 4, 11], [4, 17, 0], [11, 0, 17]], "a later link over the same pair replaces"
    assert ids[1].tolist() == [[17, 0, 0], [0, 17, 0], [0, 0, 0]], "padded turns have no relation"


def test_without_a_discourse_link_attention_is_zero_and_a_lone_turn_sees_itself_only() -> None:
    torch.manual_seed(0)
    layer = GraphLayer(FEATURES, 18, heads=2, dropout=0.0)
    ids = discourse_relations([dialogue("ABAB", [[0, 1, 0]])])
    _, attention = layer.inner(torch.randn(1, 4, FEATURES), ids)
    assert (attention[:, :, ids[0] == 0] == 0).all()
    assert (attention[0, :, 2, 2] == 1).all() and (attention[0, :, 3, 3] == 1).all()


def test_swapping_the_speakers_names_changes_nothing_and_merging_them_does() -> None:
    made = system()
    links = [[0, 1, 0], [1, 2, 3]]
    logits = {names: made(made.collate([dialogue(names, links)])).logits for names in ("ABABB", "BABAA", "AAAAA")}
    torch.testing.assert_close(logits["ABABB"], logits["BABAA"], rtol=0, atol=0)
    assert not torch.allclose(logits["ABABB"], logits["AAAAA"], atol=1e-4)


def test_the_type_of_a_link_matters_but_not_its_direction() -> None:
    made = system()
    one, back, other = (
        made(made.collate([dialogue("ABAB", [link])])).logits for link in ([0, 3, 1], [3, 0, 1], [0, 3, 2])
    )
    torch.testing.assert_close(one, back, rtol=0, atol=0)
    assert not torch.allclose(one, other, atol=1e-5)


def test_the_next_states_of_a_view_are_a_mixture_of_the_other_view() -> None:
    torch.manual_seed(0)
    interaction, real = Interaction(FEATURES), torch.tensor([[True, True, True, False]])
    speaker, discourse = torch.randn(2, 1, 4, FEATURES).unbind()
    constant = discourse[:, :1].expand_as(discourse).clone()
    constant[:, 3] = 100.0
    mixed, _ = interaction(speaker, constant, real)
    torch.testing.assert_close(mixed[:, :3], constant[:, :3], msg="padded turns stay outside")
    mixed, back = interaction(speaker, discourse, real)
    for result, states in ((mixed, discourse), (back, speaker)):
        low, high = states[:, :3].amin(1, keepdim=True), states[:, :3].amax(1, keepdim=True)
        assert ((result >= low - 1e-6) & (result <= high + 1e-6)).all()
    weights = (interaction.to_discourse(speaker) @ discourse.transpose(1, 2))[:, :, :3].softmax(-1)
    torch.testing.assert_close(mixed, weights @ discourse[:, :3])


def test_the_difference_loss_of_opposite_views_is_one_half() -> None:
    view, real = torch.randn(4, 3, 5), torch.ones(4, 3, dtype=torch.bool)
    assert difference_loss(view, -view, real, 1e-6).item() == pytest.approx(0.5, abs=1e-4)


def test_the_difference_loss_is_largest_for_equal_views_and_falls_as_they_part() -> None:
    generator = torch.Generator().manual_seed(0)
    view, away = torch.randn(2, 4, 3, 5, generator=generator).unbind()
    real = torch.ones(4, 3, dtype=torch.bool)
    losses = [difference_loss(view, view + share * away, real, 1e-6).item() for share in (0.0, 0.1, 0.3, 1.0)]
    assert losses[0] == pytest.approx(1e6)
    assert losses == sorted(losses, reverse=True)


def test_the_difference_loss_does_not_see_scale_padding_or_a_lack_of_other_dialogues() -> None:
    generator = torch.Generator().manual_seed(0)
    speaker, discourse = torch.randn(2, 4, 3, 5, generator=generator).unbind()
    real = torch.tensor([3, 2, 3, 1]).unsqueeze(1) > torch.arange(3)
    plain = difference_loss(speaker, discourse, real, 1e-6)
    torch.testing.assert_close(difference_loss(7 * speaker, 0.1 * discourse, real, 1e-6), plain, rtol=1e-4, atol=0)
    dirty = torch.where(real.unsqueeze(-1), speaker, 1e4)
    torch.testing.assert_close(difference_loss(dirty, discourse, real, 1e-6), plain, rtol=1e-4, atol=0)
    alone = difference_loss(speaker[:1], discourse[:1], real[:1], 1e-6)
    sides = [torch.nn.functional.normalize(view[:1].flatten(), dim=0) for view in (speaker, discourse)]
    torch.testing.assert_close(alone, 1 / (sides[0] - sides[1]).norm(), rtol=1e-4, atol=0)


def test_the_classifier_sees_the_input_beside_the_views() -> None:
    made = system()
    batch, other = (made.collate([dialogue("ABA", [], seed)]) for seed in (0, 1))
    for layers in made.network.views.values():
        for layer in layers:
            torch.nn.init.zeros_(layer.norm.weight)
    states, _ = made.network.streams(batch["text"], _relations(made, batch), batch.turn_mask)
    assert all((state == 0).all() for state in states.values())
    assert not torch.allclose(made(batch).logits, made(other).logits)


def _relations(made: DualGATs, batch: object) -> dict[str, torch.Tensor]:
    ids = speaker_relations(batch.speakers, batch.turn_mask)  # type: ignore[attr-defined]
    return {"speaker": ids, "discourse": batch.extras["discourse"]}  # type: ignore[attr-defined]


def test_the_loss_terms_and_what_the_weights_do() -> None:
    made = system()
    batch = made.collate([dialogue("ABAB", []), dialogue("AB", [])])
    terms = made.loss(made(batch), batch)
    doubled = system(difference_weight=2 * made.config.difference_weight)
    torch.testing.assert_close(doubled.loss(doubled(batch), batch)["difference"], 2 * terms["difference"])
    logits = made(batch).logits
    labelled = batch.turn_mask
    expected = torch.nn.functional.cross_entropy(logits[labelled], batch.targets[labelled])
    torch.testing.assert_close(terms["cross_entropy"], expected)


@pytest.mark.parametrize("views", [("speaker",), ("discourse",), ()])
def test_without_a_view_its_relation_has_no_effect(views: tuple[str, ...]) -> None:
    made = system(views=views)
    plain = made(made.collate([dialogue("ABAB", [[0, 3, 1]])])).logits
    speakers = made(made.collate([dialogue("AAAA", [[0, 3, 1]])])).logits
    linked = made(made.collate([dialogue("ABAB", [[0, 2, 4]])])).logits
    assert torch.equal(plain, speakers) == ("speaker" not in views)
    assert torch.equal(plain, linked) == ("discourse" not in views)


def test_a_dialogue_without_labels_gives_a_finite_loss() -> None:
    made = system()
    batch = made.collate([[Item(item.record, item.inputs, None) for item in dialogue("AB", [])], dialogue("AB", [])])
    assert torch.isfinite(torch.stack(list(made.loss(made(batch), batch).values()))).all()


def test_links_are_read_by_the_turn_numbers_of_the_records() -> None:
    records = [
        Record(
            id=str(turn), corpus="c", turn=turn, attributes={"discourse": '[[2, 5, "Contrast"], [2, 9, 0], [5, 7, 15]]'}
        )
        for turn in (2, 5, 7)
    ]
    assert links_of(records) == ((0, 1, RELATIONS.index("Contrast")), (1, 2, 15))


@pytest.mark.parametrize(
    ("written", "said"), [("[[1]]", "JSON list"), ('[[0, 1, "Contrst"]]', "did you mean 'Contrast'")]
)
def test_wrong_links_are_a_clear_error(written: str, said: str) -> None:
    with pytest.raises(Ai4erError, match=said):
        links_of([Record(id=str(turn), corpus="c", turn=turn, attributes={"discourse": written}) for turn in (0, 1)])


@pytest.mark.parametrize(
    ("texts", "speakers", "links"),
    [
        (["Where were you?", "At home."], "AB", [(0, 1, "Question-answer_pair")]),
        (["Where were you?", "Why?", "Just tell me."], "ABA",
         [(0, 1, "Clarification_question"), (1, 2, "Question-answer_pair")]),
        (["Who did it?", "I saw nothing.", "Not me."], "ABC", [(0, 1, "Question-answer_pair"), (1, 2, "Comment")]),
        (["Who did it?", "I asked first.", "Not me."], "AAB",
         [(0, 1, "Continuation"), (0, 2, "Question-answer_pair")]),
        (["It rains.", "Yeah, it does."], "AB", [(0, 1, "Acknowledgement")]),
        (["I like it.", "But it is ugly."], "AB", [(0, 1, "Contrast")]),
        (["I stay.", "Because I am tired."], "AA", [(0, 1, "Explanation")]),
        (["I stay.", "If I may."], "AA", [(0, 1, "Conditional")]),
        (["I stay.", "Do you mind?"], "AA", [(0, 1, "Q-Elab")]),
        (["I am cold.", "Me too."], "AB", [(0, 1, "Parallel")]),
    ],
)  # fmt: skip
def test_the_rules_that_stand_in_for_the_parser(
    texts: list[str], speakers: str, links: list[tuple[int, int, str]]
) -> None:
    assert [(i, j, RELATIONS[kind]) for i, j, kind in parse(tuple(texts), tuple(speakers))] == links


def test_every_turn_but_the_first_has_one_link_to_an_earlier_turn() -> None:
    generator = np.random.default_rng(0)
    texts = ["Why?", "Because.", "Oh!", "", "So what?", "And then we left..."]
    for _ in range(50):
        size = int(generator.integers(1, 9))
        found = parse(tuple(generator.choice(texts, size)), tuple(generator.choice(list("ABC"), size)))
        assert [later for _, later, _ in found] == list(range(1, size))
        assert all(earlier < later for earlier, later, _ in found)
