"""The catalogue: every system's card, and every corpus, as data and as pages."""

from __future__ import annotations

from typing import Any

from ai4er.corpora import corpus_names
from ai4er.registry import find
from ai4er.systems import slugs, system_class


def entry(slug: str) -> dict[str, Any]:
    """What is known of one system. Raises `Ai4erError` that suggests the nearest slug."""
    kind = system_class(slug)
    config = kind.config_class()
    return {
        "system": slug,
        "family": kind.family(),
        **kind.card.model_dump(mode="json"),
        "predicts": list(kind.kinds),
        "unit": kind.unit,
        "roles": list(kind.roles),
        "tolerates_missing": kind.tolerates_missing,
        "settings": config.model_dump(mode="json"),
        "encoders": sorted(kind.encoders(config)),
        "offline": dict(kind.config_class.offline),
    }


def catalogue() -> list[dict[str, Any]]:
    """Every system, in the order of family and slug."""
    return sorted((entry(slug) for slug in slugs()), key=lambda found: (found["family"], found["system"]))


def page() -> str:
    """`docs/systems.md`: one section a family, one line a system, then the details."""
    found = catalogue()
    lines = [
        "# Systems",
        "",
        "Printed by `ai4er systems --format markdown`; do not edit by hand.",
        "",
        "| system | family | input | predicts | paper | diagnostic (what its distinctive part is worth) |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_line(one) for one in found]
    for one in found:
        lines += ["", f"## {one['system']}", "", f"{one['title']}. {one['venue']} {one['year']}, {one['paper']}."]
        lines += [f"Official code: {one['official_code']} ({one['licence']}).", ""]
        if one["encoders"]:
            lines += [f"Needs: {', '.join(one['encoders'])}. Offline substitute: {_offline(one['offline'])}.", ""]
        if one["padding_reason"]:
            lines += [f"Padding changes its outputs by up to {one['padding_bound']}: {one['padding_reason']}.", ""]
        lines += ["| reported on | protocol | metric | value | how sure |", "|---|---|---|---|---|"]
        lines += [
            f"| {r['corpus']} | {r['protocol']} | {r['metric']} | {r['value']:g} | {r['certainty']}"
            f"{'; ' + r['note'] if r['note'] else ''} |"
            for r in one["reported"]
        ] or ["| none found | | | | |"]
        lines += ["", f"Repeat: `ai4er train {one['system']} --corpus CORPUS --protocol PROTOCOL --data DIR`"]
    return "\n".join(lines) + "\n"


def corpora() -> list[dict[str, Any]]:
    """What is known of every corpus, without reading any, in the order of their names."""
    readers = {name: find("ai4er.corpora", "corpus", name).Reader for name in corpus_names()}
    return [
        {
            "corpus": name,
            "title": reader.title,
            "language": reader.language,
            "labels": list(reader.spaces),
            "items": sum(reader.published.values()) or None,
            "speakers": reader.published_speakers,
            "licence": reader.licence,
            "citation": reader.citation,
            "quirks": list(reader.quirks),
        }
        for name, reader in readers.items()
    ]


def corpora_page() -> str:
    """`docs/corpora.md`: one line a corpus, then how to cite it."""
    found = corpora()
    lines = [
        "# Corpora",
        "",
        "Printed by `ai4er corpora --format markdown`; do not edit by hand. None of the data is in this repository.",
        "`ai4er corpora check NAME DIR` compares a copy with what its owners publish.",
        "",
        "| corpus | what | language | labels | labelled items | speakers | licence |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        items, speakers = (f"{one[key]:,}" if one[key] else "" for key in ("items", "speakers"))
        shown = (
            one["corpus"],
            one["title"],
            one["language"],
            ", ".join(one["labels"]) or "those that occur",
            items,
            speakers,
            one["licence"],
        )
        lines.append(f"| {' | '.join(shown)} |")
    lines += [
        "",
        "DECAF (magnetoencephalograms) and CSED (elderly speakers of Mandarin) have no reader: their owners hand them",
        "out on request and publish no layout. A table of your copy can be read as `manifest:FILE`.",
    ]
    lines += ["", "## To cite", "", *(f"- {one['corpus']}: {one['citation']}" for one in found)]
    return "\n".join(lines) + "\n"


def _offline(settings: dict[str, Any]) -> str:
    return ", ".join(f"`{name}={value}`" for name, value in settings.items()) or "none"


def _line(one: dict[str, Any]) -> str:
    test = one["diagnostic"]
    worth = (
        f"{test['mechanism']}: {test['margin']:g} {test['metric']} for {test['removes'] or 'it'}" if test else "none"
    )
    return (
        f"| [{one['system']}](#{one['system']}) | {one['family']} | {', '.join(one['inputs'])} | "
        f"{', '.join(one['predicts'])} | {one['venue']} {one['year']} | {worth} |"
    )
