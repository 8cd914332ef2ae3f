"""Relational graph attention: the dense form equals the equation written as loops."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.nn.relational_graph_attention import RelationalGraphAttention


def layer() -> RelationalGraphAttention:
    torch.manual_seed(0)
    made = RelationalGraphAttention(in_features=5, out_features=4, relations=3, heads=2, dropout=0.0)
    torch.nn.init.normal_(made.score)
    torch.nn.init.normal_(made.scale)
    torch.nn.init.normal_(made.shift)
    return made


def by_loops(made: RelationalGraphAttention, h: torch.Tensor, relations: torch.Tensor) -> torch.Tensor:
    """The equation for one graph, pair by pair: h (nodes, in) -> (nodes, heads * out)."""
    rows = []
    for i in range(len(h)):
        row = []
        for k in range(made.heads):
            weight = made.transform.weight.view(made.heads, -1, h.shape[1])[k]
            linked = [j for j in range(len(h)) if relations[i, j] > 0]
            scores = []
            for j in linked:
                one_hot = functional.one_hot(relations[i, j], 3).float()
                pair = torch.cat([weight @ h[i], weight @ h[j], one_hot])
                scores.append(functional.leaky_relu(made.score[k] @ pair, 0.2))
            alpha = torch.stack(scores).softmax(0)
            mixed = sum(a * (weight @ h[j]) for a, j in zip(alpha, linked))
            row.append(functional.layer_norm(mixed, (4,)) * made.scale[k] + made.shift[k])
        rows.append(torch.cat(row))
    return torch.stack(rows)


def graphs() -> tuple[torch.Tensor, torch.Tensor]:
    """Two graphs of six nodes, each linked to itself and to some others."""
    generator = torch.Generator().manual_seed(1)
    h = torch.randn(2, 6, 5, generator=generator)
    relations = torch.randint(0, 3, (2, 6, 6), generator=generator)
    relations.diagonal(dim1=1, dim2=2).fill_(2)
    return h, relations


def test_it_equals_the_equation_written_as_loops() -> None:
    made, (h, relations) = layer(), graphs()
    out, _ = made(h, relations)
    expected = torch.stack([by_loops(made, one, links) for one, links in zip(h, relations)])
    torch.testing.assert_close(out, expected)


def test_attention_without_a_link_is_exactly_zero_and_sums_to_one_over_the_links() -> None:
    h, relations = graphs()
    _, attention = layer()(h, relations)
    absent = (relations == 0).unsqueeze(1).expand_as(attention)
    assert (attention[absent] == 0).all()
    torch.testing.assert_close(attention.sum(-1), torch.ones(2, 2, 6))


def test_a_node_without_any_link_is_zero_before_the_affine_map() -> None:
    made, (h, relations) = layer(), graphs()
    relations[:, 0] = 0
    out, attention = made(h, relations)
    assert (attention[:, :, 0] == 0).all()
    torch.testing.assert_close(out[0, 0], made.shift.flatten())


def test_each_relation_adds_one_scalar_per_head() -> None:
    """Raising one relation's scalar moves attention to its links by the softmax of the change."""
    made, (h, relations) = layer(), graphs()
    _, before = made(h, relations)
    with torch.no_grad():
        made.score[:, -1] += 100.0
    _, after = made(h, relations)
    of_type = (relations == 2).unsqueeze(1).expand_as(after)
    torch.testing.assert_close((after * of_type).sum(-1), torch.ones(2, 2, 6))
    assert not torch.allclose(before, after)


def test_numbering_the_nodes_otherwise_permutes_the_output() -> None:
    made, (h, relations) = layer(), graphs()
    order = torch.tensor([3, 1, 5, 0, 4, 2])
    out, _ = made(h, relations)
    other, _ = made(h[:, order], relations[:, order][:, :, order])
    torch.testing.assert_close(other, out[:, order])
