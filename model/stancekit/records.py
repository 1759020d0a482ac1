"""The records that flow from reading to report: Article, Statement, Stance."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Family = Literal["outcome", "actor", "accusation"]
Position = Literal["favor", "against"]
Kind = Literal["direct", "indirect", "mixed", "narration"]

NARRATOR = "narrator"
"""Speaker of a statement in the journalist's own voice."""


Loose = Annotated[str | None, BeforeValidator(lambda x: x if x is None or isinstance(x, str) else str(x))]
"""What describes an article: carried along, never a reason to refuse a statement."""


class Record(BaseModel):
    """A frozen record; a field that it does not know is dropped on reading."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Evidence(Record):
    """The words a stance rests on: ``text == statement.text[start:end]``, offsets in characters."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class Stance(Record):
    """A speaker's position toward one target.

    Attributes:
        family: ``outcome``, ``actor`` or ``accusation``.
        target: Name of the outcome or charge in the codebook; for an actor stance the actor's name.
        position: ``favor`` or ``against``; always ``against`` for an accusation.
        actor: The actor evaluated or accused. For an outcome the party that would act, where a label names one.
        label: The codebook's name for (target, position), e.g. ``support_withdrawal``.
        probability: Calibrated probability in [0, 1] that the speaker takes this position; 1.0 for a gold label.
        evidence: The words of the statement it rests on, if known.
    """

    family: Family
    target: str
    position: Position
    actor: str | None = None
    label: str = ""
    probability: float = Field(default=1.0, ge=0.0, le=1.0)
    evidence: Evidence | None = None

    @model_validator(mode="before")
    @classmethod
    def _actor_is_target(cls, data: Any) -> Any:
        """An actor stance may name its actor in ``actor`` or in ``target``; both end up filled."""
        if isinstance(data, dict) and data.get("family") == "actor":
            name = data.get("actor") or data.get("target")
            data = {**data, "actor": name, "target": name}
        return data

    @model_validator(mode="after")
    def _accusation_is_complete(self) -> Stance:
        if self.family == "accusation" and not self.actor:
            raise ValueError("an accusation needs an actor")
        if self.family == "accusation" and self.position != "against":
            raise ValueError("the position of an accusation is 'against'")
        return self


class Statement(Record):
    """A span of an article with one speaker, and, once labelled or scored, the speaker's stances.

    Attributes:
        id: Unique within its file or run.
        text: The statement's words; ``article_text[start:end]`` where it comes from an article.
        context: The sentences before it, nearest last.
        article: Id of the article (its path relative to the folder), if any.
        index: Position of the statement in the article, from 0.
        start: Offset of the first character in the article's text.
        end: Offset after the last character.
        speaker: Who the content is attributed to; ``narrator`` for narration; None if unknown.
        kind: ``direct``, ``indirect``, ``mixed`` or ``narration``; None if unknown.
        cue: The words that attribute ("said", "according to"), if any.
        speaker_role: The speaker's office in the article's words ("interior minister"); None if it tells none.
        speaker_affiliation: The country or body that the speaker stands for ("Ukraine"); None if it tells none.
        stances: The stances taken; empty if there is none or the statement is not labelled yet.
        abstained: True if the model was too unsure to say either that there is a stance or that there is none.
        group: Labelled statements of one group are near copies of each other; a split keeps them together.
        scores: With ``all_scores``, each target considered with its best position, also those below threshold.
        title: Title of its article, if known; so ``date`` and ``source``.
        duplicate_of: Id of the earlier article that its article nearly repeats, if there is one.
    """

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    context: tuple[str, ...] = ()
    article: str | None = None
    index: int | None = None
    start: int | None = None
    end: int | None = None
    speaker: str | None = None
    kind: Kind | None = None
    cue: str | None = None
    speaker_role: str | None = None
    speaker_affiliation: str | None = None
    stances: tuple[Stance, ...] = ()
    abstained: bool | None = None
    group: str | None = None
    scores: tuple[Stance, ...] | None = None
    title: Loose = None
    date: Loose = None
    source: Loose = None
    duplicate_of: Loose = None


class Article(Record):
    """A document and its statements.

    Every statement has ``article.text[start:end] == statement.text``.

    Attributes:
        id: Path relative to the folder; of a row or member of a file with ``#row`` or ``/member`` after it.
        text: The text after decoding, extraction and repair; offsets are offsets in it.
        path: The file, with the member where it lies in an archive.
        row: Row of the table, or record of the archive, from 1, where the file holds several.
        title: Headline.
        date: Date of publication, as the file gives it.
        source: Outlet, publisher or site.
        author: Author or byline.
        url: Address.
        language: ISO 639-1 code, as detected; None where the text is too short or mixed to tell.
        duplicate_of: Id of the earlier article that this one nearly repeats, where they were compared.
        statements: Its statements.
    """

    id: str
    text: str
    path: str | None = None
    row: int | None = None
    title: str | None = None
    date: str | None = None
    source: str | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None
    duplicate_of: str | None = None
    statements: tuple[Statement, ...] = ()
