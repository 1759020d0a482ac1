"""The nameless speaker of a headline or lead, whom the next sentences name.

``A relief official told the Council ... Ingeborg Thalmann, who heads ..., said``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.articles.roles import BODIES, PEOPLE
from stancekit.records import Kind

if TYPE_CHECKING:
    from stancekit.articles.names import Entity
    from stancekit.articles.speakers import Resolver

_LEAD = 3
_NEXT = 3


def name_the_lead(found: list[tuple[Entity | None, Kind]], resolver: Resolver) -> None:
    """Give a nameless speaker of the first sentences the name of the next speaker, where the two fit.

    Args:
        found: Speaker and kind of each sentence, in order; entities are changed in place.
        resolver: What was found out on the way.
    """
    for i, (vague, _) in enumerate(found[:_LEAD]):
        if vague is None or not is_nameless(vague):
            continue
        later = [e for e, _ in found[i + 1 : i + 1 + _NEXT] if e is not None and e is not vague]
        if later and not is_nameless(later[0]) and _fit(vague, later[0]):
            vague.name, vague.female = later[0].name, later[0].female


def is_nameless(entity: Entity) -> bool:
    """Tell whether an entity is a description in the singular: ``a relief official``, ``rights group``."""
    words = entity.name.split()
    return words[-1].islower() and bool(entity.roles & (PEOPLE | BODIES)) and not words[-1].endswith("ss")


def _fit(vague: Entity, named: Entity) -> bool:
    """Tell whether a named speaker can be the nameless one: alike persons or bodies, roles not at odds."""
    if vague.person != named.person:
        return False
    if vague.meanings & named.meanings or not named.person:
        return True
    return vague.name.startswith(("a ", "an ", "A ", "An ")) or not named.roles
