"""The nameless speaker of a headline or lead, whom the next sentences name.

``A relief official told the Council ... Ingeborg Thalmann, who heads ..., said``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.articles.roles import BODIES, GENERIC_PEOPLE, PEOPLE, TITLES
from stancekit.records import Kind

if TYPE_CHECKING:
    from stancekit.articles.entities import Entity

_LEAD = 3
_NEXT = 4
_EITHER = frozenset(("monitor", "watchdog"))
"""Words for a person or for a body."""


def fill_names(speakers: list[Entity], known: list[Entity]) -> None:
    """Give speakers under their last name the full name, where just one person of the article has it."""
    for entity in speakers:
        last = entity.words[-1:]
        full = {
            e.name
            for e in known
            if e.person and len(e.words) > 1 and e.words[-1:] == last and not e.described
        }
        if entity.person and len(entity.words) == 1 and len(full) == 1:
            entity.name = full.pop()


def name_the_lead(found: list[tuple[Entity | None, Kind]]) -> None:
    """Give a nameless speaker the name of one who speaks soon after, where the two fit.

    In the first sentences much fits; later on the name must be new and have the same role.

    Args:
        found: Speaker and kind of each sentence, in order; entities are changed in place.
    """
    for i, (vague, _) in enumerate(found):
        if vague is None or not is_nameless(vague):
            continue
        later = [e for e, _ in found[i + 1 : i + 1 + _NEXT] if e is not None and e is not vague]
        named = [
            e for e in later if (e.person == vague.person or vague.roles & _EITHER) and not is_nameless(e)
        ]
        if i >= _LEAD:
            named = [e for e in named if vague.indefinite and min(e.places) > vague.places[0]]
            named = [e for e in named if vague.roles & e.roles & PEOPLE]
        match = next((e for e in named if _shares(vague, e)), None)
        if match is None and i < _LEAD and named and named[0] is later[0] and _may_be(vague, named[0]):
            match = named[0]
        if match is not None:
            vague.name, vague.female, vague.described = match.name, match.female, False


def is_nameless(entity: Entity) -> bool:
    """Tell whether an entity is a description in the singular: ``a relief official``, ``rights group``."""
    return entity.described and bool(entity.roles & (PEOPLE | TITLES | BODIES))


def _shares(vague: Entity, named: Entity) -> bool:
    """Tell whether a role or a nationality of the nameless speaker is one of the named speaker's."""
    return bool((vague.meanings - BODIES - {"the"}) & named.meanings)


def _may_be(vague: Entity, named: Entity) -> bool:
    """Tell whether nothing speaks against the next speaker's being the nameless one."""
    if not named.person or vague.roles & GENERIC_PEOPLE or not named.roles:
        return True
    return vague.indefinite
