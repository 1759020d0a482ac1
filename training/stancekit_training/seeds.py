"""Check seeds (labelled statements) against a codebook: bad lines, counts per label, what is too rare."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Family, Position, Stance, Statement
from stancekit.statements import scan_statements

RARE = 10
"""Default of ``rare``: a label in fewer statements than this is called too rare to learn."""

Place = tuple[str, int]
Key = tuple[Family, str, Position]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class BadLine(_Frozen):
    """A line that is no seed: where, and what was expected. ``line`` counts from 1; 0 is the file itself."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """Return ``file:line: reason``."""
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


class FileCount(_Frozen):
    """How many good statements a file holds, and how many of them have no stance."""

    file: str
    statements: int
    without_stance: int


class LabelCount(_Frozen):
    """In how many statements a label occurs; 0 for a label of the codebook that no statement has."""

    family: Family
    target: str
    position: Position
    label: str
    statements: int


class Repeat(_Frozen):
    """The same words (text, context, speaker) in more than one statement.

    ``contradicts`` is True if their stances differ, so that no model can get all of them right.
    """

    text: str
    places: tuple[Place, ...]
    contradicts: bool


class SeedReport(_Frozen):
    """What `stancekit seeds check` found.

    Attributes:
        codebook: Name of the codebook that the seeds were checked against.
        rare_below: A label in fewer statements than this counts as rare.
        statements: Number of good statements.
        without_stance: Number of good statements without a stance.
        files: Counts per file, in the order read.
        kinds: Kind of statement -> statements; those without one under ``unknown``.
        labels: Counts for every label of the codebook, in its order.
        bad_lines: Every line that is no seed under this codebook.
        repeats: Statements that occur more than once, contradictions first.
    """

    codebook: str
    rare_below: int
    statements: int
    without_stance: int
    files: tuple[FileCount, ...]
    kinds: dict[str, int]
    labels: tuple[LabelCount, ...]
    bad_lines: tuple[BadLine, ...]
    repeats: tuple[Repeat, ...]

    @property
    def ok(self) -> bool:
        """True if every line is a seed; rare labels and repeats are warnings only."""
        return not self.bad_lines

    @property
    def rare(self) -> tuple[LabelCount, ...]:
        """The labels that are too rare to learn, rarest first."""
        found = (x for x in self.labels if x.statements < self.rare_below)
        return tuple(sorted(found, key=lambda x: x.statements))

    @property
    def contradictions(self) -> tuple[Repeat, ...]:
        """The repeats whose stances differ."""
        return tuple(x for x in self.repeats if x.contradicts)

    def lines(self) -> list[str]:
        """Return the report as lines of plain text, ready to print."""
        return [
            *_count_lines(self),
            *_label_lines(self),
            *_section(f"too rare to learn (fewer than {self.rare_below} statements)", map(_rare, self.rare)),
            *_section("same words, different stances", map(_repeat, self.contradictions)),
            *_section("same words twice", (_repeat(x) for x in self.repeats if not x.contradicts)),
            *_section("bad lines", map(str, self.bad_lines)),
        ]


def check_seeds(path: str | Path, codebook: Codebook, *, rare: int = RARE) -> SeedReport:
    """Check a file of seeds, or every ``*.jsonl`` file below a folder, line by line against a codebook.

    Bad lines do not stop the check; they are all in the report.

    Raises:
        DataError: if there is no such path, or the folder holds no ``*.jsonl`` file.
    """
    good: dict[Place, Statement] = {}
    bad: list[BadLine] = []
    files = _files(Path(path))
    for file in files:
        for line, item in _scan(file, codebook):
            if isinstance(item, str):
                bad.append(BadLine(file=str(file), line=line, reason=item))
            else:
                good[str(file), line] = item
    statements = list(good.values())
    return SeedReport(
        codebook=codebook.name,
        rare_below=rare,
        statements=len(statements),
        without_stance=sum(not x.stances for x in statements),
        files=tuple(_file_count(str(f), good) for f in files),
        kinds=dict(Counter(x.kind or "unknown" for x in statements).most_common()),
        labels=_label_counts(statements, codebook),
        bad_lines=tuple(bad),
        repeats=_repeats(good),
    )


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; expected a JSONL file of seeds or a folder of them")
    if not path.is_dir():
        return [path]
    files = sorted(x for x in path.rglob("*.jsonl") if x.is_file())
    if not files:
        raise DataError(f"{path}: no *.jsonl file in this folder; expected seeds, one JSON object a line")
    return files


def _scan(file: Path, codebook: Codebook) -> Iterator[tuple[int, Statement | str]]:
    """Yield what is on each line; a file that is empty or cannot be read is one bad line, number 0."""
    empty = True
    try:
        for found in scan_statements(file, codebook):
            empty = False
            yield found
    except DataError as e:
        yield 0, str(e).removeprefix(f"{file}: ")
        return
    if empty:
        yield 0, "no statements; expected one JSON object a line"


def _file_count(file: str, good: dict[Place, Statement]) -> FileCount:
    here = [x for (name, _), x in good.items() if name == file]
    return FileCount(file=file, statements=len(here), without_stance=sum(not x.stances for x in here))


def _key(stance: Stance) -> Key:
    return stance.family, "actor" if stance.family == "actor" else stance.target, stance.position


def _label_keys(codebook: Codebook) -> list[Key]:
    """Return every (family, target, position) that has a label; accusations are only against."""
    keys: list[Key] = []
    for target in codebook.targets:
        if target.family != "accusation":
            keys.append((target.family, target.name, "favor"))
        keys.append((target.family, target.name, "against"))
    return keys


def _label_counts(statements: list[Statement], codebook: Codebook) -> tuple[LabelCount, ...]:
    counts = Counter(key for x in statements for key in {_key(s) for s in x.stances})
    return tuple(
        LabelCount(
            family=key[0],
            target=key[1],
            position=key[2],
            label=codebook.label(*key),
            statements=counts[key],
        )
        for key in _label_keys(codebook)
    )


def _repeats(good: dict[Place, Statement]) -> tuple[Repeat, ...]:
    """Return the statements that occur again, with the same words before them and the same speaker."""
    places: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place, x in good.items():
        words = (x.text, x.speaker or "", *x.context)
        places[tuple(" ".join(w.split()).casefold() for w in words)].append(place)
    found = [_as_repeat(same, good) for same in places.values() if len(same) > 1]
    return tuple(sorted(found, key=lambda x: not x.contradicts))


def _as_repeat(places: list[Place], good: dict[Place, Statement]) -> Repeat:
    stances = {frozenset((_key(s), s.actor) for s in good[p].stances) for p in places}
    return Repeat(text=good[places[0]].text, places=tuple(places), contradicts=len(stances) > 1)


def _count_lines(report: SeedReport) -> list[str]:
    share = report.without_stance / report.statements if report.statements else 0.0
    kinds = ", ".join(f"{kind} {n:,}" for kind, n in report.kinds.items())
    return [
        f"{report.statements:,} statements under codebook {report.codebook!r}",
        f"{report.without_stance:,} without stance ({share:.0%})",
        *([f"kinds: {kinds}"] if kinds else []),
        *_section("statements and those without stance, by file", map(_file_line, report.files)),
    ]


def _file_line(x: FileCount) -> str:
    return f"{x.statements:>6,} {x.without_stance:>6,}  {x.file}"


def _label_lines(report: SeedReport) -> list[str]:
    return _section("statements by label", (f"{x.statements:>6,}  {x.label}" for x in report.labels))


def _section(title: str, items: Iterator[str]) -> list[str]:
    """Return a blank line, the title and the items, indented; nothing if there are no items."""
    lines = [f"  {x}" for x in items]
    return ["", f"{title}:", *lines] if lines else []


def _rare(x: LabelCount) -> str:
    return f"{x.label}: {x.statements or 'none'}"


def _repeat(x: Repeat) -> str:
    text = x.text if len(x.text) <= 60 else x.text[:57] + "..."
    return f"{', '.join(f'{file}:{line}' for file, line in x.places)}: {text!r}"
