"""The catalogue: every system's card as data and as a page."""

from __future__ import annotations

from typing import Any

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
