"""What a part of a run gives, whichever engine scored it: rows and problems as they are written, and counts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from stancekit.records import Statement
from stancekit.scoring.inputs import Chunk, Cursor, Problem
from stancekit.scoring.parts import Progress
from stancekit.scoring.writers import as_line


@dataclass
class Finished:
    """A part of a run, scored.

    Attributes:
        end: How far the run has come with it.
        stories: Articles of the whole run so far that repeat no earlier one.
        rows: Its rows in JSON lines.
        problems: What of it is not scored.
        inputs: Articles, lines and problems in it.
        articles: Articles in it.
        duplicates: Of these, those that nearly repeat an earlier one; their statements are in no count below.
        statements: Statements scored.
        stances: Stances reported.
        abstained: Statements on which the model abstained.
    """

    end: Cursor
    stories: int
    rows: list[bytes] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inputs: int = 0
    articles: int = 0
    duplicates: int = 0
    statements: int = 0
    stances: int = 0
    abstained: int = 0

    def count(self, statements: Iterable[Statement]) -> None:
        """Count statements, each once however often its article is repeated."""
        for statement in statements:
            if statement.duplicate_of is None:
                self.statements += 1
                self.stances += len(statement.stances)
                self.abstained += bool(statement.abstained)

    def add(self, part: Finished) -> None:
        """Take in what follows; its ``end`` and ``stories`` are not looked at."""
        self.rows += part.rows
        self.problems += part.problems
        self.inputs += part.inputs
        self.articles += part.articles
        self.duplicates += part.duplicates
        self.statements += part.statements
        self.stances += part.stances
        self.abstained += part.abstained

    def after(self, done: Progress) -> Progress:
        """Return the progress of a run that had come to ``done`` and has finished this too."""
        passed_over = sum(p.kind == "no article" for p in self.problems)
        return Progress(
            inputs=done.inputs + self.inputs,
            files=self.end.files,
            items=self.end.items,
            digest=self.end.digest,
            articles=done.articles + self.articles,
            stories=self.stories,
            duplicates=done.duplicates + self.duplicates,
            statements=done.statements + self.statements,
            stances=done.stances + self.stances,
            abstained=done.abstained + self.abstained,
            errors=done.errors + len(self.problems) - passed_over,
            other_language=done.other_language + sum(p.kind == "language" for p in self.problems),
            passed_over=done.passed_over + passed_over,
        )


def finished(chunk: Chunk, scored: list[Statement]) -> Finished:
    """Return a chunk as finished, with its statements scored."""
    found = Finished(
        end=chunk.end,
        stories=chunk.stories,
        rows=[as_line(s) for s in scored],
        problems=chunk.problems,
        inputs=chunk.inputs,
        articles=chunk.articles,
        duplicates=chunk.duplicates,
    )
    found.count(scored)
    return found


def problem_line(problem: Problem) -> bytes:
    """Return a problem as one line of JSON."""
    line = json.dumps(problem._asdict(), ensure_ascii=False)
    return line.encode(errors="backslashreplace") + b"\n"  # a path may hold bytes that are no text
