"""The codebook: the one source of targets and labels.

Three families: outcomes (favor / against), actors (favor / against), accusations (a charge laid against an
actor). Any of the three may be missing. See configs/codebooks/conflict.yaml.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stancekit.errors import CodebookError
from stancekit.records import Family, Position, Statement
from stancekit.yaml_file import read_mapping, validate


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Labels(_Strict):
    """The analyst's names for the two positions."""

    favor: str = Field(min_length=1)
    against: str = Field(min_length=1)


class Outcome(_Strict):
    """Something that may happen: what it means, and the labels of being for and against it."""

    definition: str = Field(min_length=1)
    labels: Labels


class Actors(_Strict):
    """How an evaluation of an actor is to be read, and its labels."""

    definition: str = Field(min_length=1)
    labels: Labels


class Accusation(_Strict):
    """A charge: what the actor is said to have done, and its label."""

    definition: str = Field(min_length=1)
    label: str = Field(min_length=1)


class Target(NamedTuple):
    """One thing a stance can be toward, as the model sees it: a family, a name and its definition."""

    family: Family
    name: str
    definition: str


class Codebook(_Strict):
    """Targets and their labels.

    Attributes:
        name: Short name, e.g. ``conflict``.
        version: Counted up by the analyst when the meaning of a target changes.
        language: ISO 639-1 code of the articles it is for.
        outcomes: Name -> outcome.
        actors: How actors are evaluated; None if the codebook does not evaluate actors.
        accusations: Name -> charge.
        aliases: Actor's name -> other words that mean it, beside those that stancekit knows.
    """

    name: str = Field(min_length=1)
    version: int = Field(ge=1)
    language: str = Field(default="en", min_length=2)
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    actors: Actors | None = None
    accusations: dict[str, Accusation] = Field(default_factory=dict)
    aliases: dict[str, list[str]] = Field(default_factory=dict)

    @field_validator("outcomes", "accusations", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return {} if value is None else value

    @model_validator(mode="after")
    def _has_targets(self) -> Codebook:
        if not (self.outcomes or self.actors or self.accusations):
            raise ValueError("no target; expected at least one of outcomes, actors, accusations")
        labels = [x for o in self.outcomes.values() for x in (o.labels.favor, o.labels.against)]
        labels += [self.actors.labels.favor, self.actors.labels.against] if self.actors else []
        labels += [a.label for a in self.accusations.values()]
        twice = sorted({x for x in labels if labels.count(x) > 1})
        if twice:
            raise ValueError(f"label used twice: {', '.join(twice)}; each (target, position) needs its own")
        return self

    @classmethod
    def load(cls, path: str | Path) -> Codebook:
        """Return the codebook in a YAML file.

        Raises:
            CodebookError: naming file, line and what was expected.
        """
        path = Path(path)
        return validate(read_mapping(path, CodebookError), cls, str(path), CodebookError)

    @classmethod
    def default(cls) -> Codebook:
        """Return the conflict codebook that ships with stancekit."""
        return cls.load(Path(str(resources.files("stancekit") / "default" / "codebook.yaml")))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """All targets: outcomes, the evaluation of an actor (one target for all actors), accusations."""
        found = [Target("outcome", n, o.definition) for n, o in self.outcomes.items()]
        found += [Target("actor", "actor", self.actors.definition)] if self.actors else []
        return (*found, *(Target("accusation", n, a.definition) for n, a in self.accusations.items()))

    def label(self, family: Family, target: str, position: Position) -> str:
        """Return the analyst's name for a (target, position) pair, e.g. ``support_withdrawal``.

        Raises:
            CodebookError: if the codebook has no such target.
        """
        if family == "outcome" and target in self.outcomes:
            return str(getattr(self.outcomes[target].labels, position))
        if family == "actor" and self.actors:
            return str(getattr(self.actors.labels, position))
        if family == "accusation" and target in self.accusations:
            return self.accusations[target].label
        raise CodebookError(self.unknown(family, target))

    def unknown(self, family: Family, target: str) -> str:
        """Return the message for a target that the codebook does not have."""
        names = {"outcome": [*self.outcomes], "actor": [], "accusation": [*self.accusations]}[family]
        have = ", ".join(names) or "none of this family"
        return f"unknown {family} {target!r}; codebook {self.name!r} has: {have}"

    def check(self, statement: Statement) -> str | None:
        """Return what is wrong with a statement's stances under this codebook, or None."""
        for stance in statement.stances:
            try:
                self.label(stance.family, stance.target, stance.position)
            except CodebookError as e:
                return str(e)
        return None

    def labelled(self, statement: Statement) -> Statement:
        """Return the statement with each stance's label filled in from this codebook."""
        stances = tuple(
            s.model_copy(update={"label": self.label(s.family, s.target, s.position)})
            for s in statement.stances
        )
        return statement.model_copy(update={"stances": stances})

    @cached_property
    def sha256(self) -> str:
        """Return a hash of the content, the same however the file is laid out."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()
