"""Measure the way from articles to statements against gold sentences: spans, kinds, speakers.

Run as ``python -m stancekit_eval.articles FOLDER GOLD.jsonl [--json]``.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from stancekit.articles.files import read_text_article
from stancekit.articles.reading import add_statements
from stancekit.errors import DataError
from stancekit.records import NARRATOR, Article, Statement
from stancekit.statements import read_statements
from stancekit_eval.names import same_speaker


class ArticleScores(BaseModel):
    """How well articles were read; shares are in [0, 1], over gold sentences unless said otherwise.

    Attributes:
        articles: Articles with both a file and gold sentences.
        sentences: Gold sentences.
        exact_span: Share with a statement of exactly the same text span.
        attributed: Accuracy of attributed against narration.
        kind: Accuracy over direct, indirect, mixed, narration.
        speaker: Share of attributed gold sentences whose speaker is right.
        speaker_found: The same, over those that were also found to be attributed.
        unknown: Share of statements found to be attributed whose speaker is unknown.
        confusion: Gold kind -> found kind -> count.
        wrong: One line for each wrong kind or speaker.
    """

    articles: int
    sentences: int
    exact_span: float
    attributed: float
    kind: float
    speaker: float
    speaker_found: float
    unknown: float
    confusion: dict[str, dict[str, int]]
    wrong: list[str]


def align(gold: list[Statement], article: Article) -> list[tuple[Statement, Statement | None, bool]]:
    """Return (gold sentence, statement that overlaps it most, whether their spans are equal) for each."""
    at, found = 0, []
    for sentence in gold:
        start = article.text.find(sentence.text, at)
        start = start if start >= 0 else article.text.find(sentence.text)
        if start < 0:
            raise DataError(f"{article.path}: gold sentence {sentence.id} is not in the text")
        end = at = start + len(sentence.text)
        best = max(article.statements, key=lambda s: _overlap(s, start, end), default=None)
        if best is not None and not _overlap(best, start, end):
            best = None
        found.append((sentence, best, best is not None and (best.start, best.end) == (start, end)))
    return found


def _overlap(statement: Statement, start: int, end: int) -> int:
    return max(0, min(end, statement.end or 0) - max(start, statement.start or 0))


def evaluate_articles(folder: Path, gold: Path) -> ArticleScores:
    """Read the .txt files of a folder that have gold sentences and compare.

    Args:
        folder: Files ``<article>.txt``.
        gold: Labelled sentences in JSONL; those of articles without a file are passed over.

    Raises:
        DataError: if no article has a file, or a gold sentence is not in its article's text.
    """
    by_article: dict[str, list[Statement]] = defaultdict(list)
    for statement in read_statements(gold):
        by_article[statement.article or ""].append(statement)
    paths = [p for a in by_article if (p := folder / f"{a}.txt").is_file()]
    if not paths:
        raise DataError(f"{folder}: no <article>.txt for an article of {gold}")
    read = add_statements(read_text_article(p) for p in paths)
    return compare((by_article[a.id], a) for a in read)


def compare(pairs: Iterable[tuple[list[Statement], Article]]) -> ArticleScores:
    """Return the scores of articles against their gold sentences."""
    rows, unknown, attributed, count = [], 0, 0, 0
    for gold, article in pairs:
        count += 1
        rows += align(gold, article)
        theirs = [s for s in article.statements if s.kind != "narration"]
        attributed += len(theirs)
        unknown += sum(s.speaker is None for s in theirs)
    confusion: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wrong, right_speaker, both = [], 0, 0
    for sentence, statement, _ in rows:
        kind = statement.kind if statement and statement.kind else "missing"
        confusion[sentence.kind or ""][kind] += 1
        if (sentence.speaker == NARRATOR) != (kind == "narration"):
            wrong.append(_line("voice", sentence, statement))
        elif sentence.speaker != NARRATOR:
            both += 1
            if statement and same_speaker(sentence.speaker or "", statement.speaker or ""):
                right_speaker += 1
            else:
                wrong.append(_line("speaker", sentence, statement))
        if sentence.kind != kind and (sentence.kind == "narration") == (kind == "narration"):
            wrong.append(_line("kind", sentence, statement))
    spoken = sum(s.speaker != NARRATOR for s, _, _ in rows)
    voice = sum((s.speaker == NARRATOR) == (p is not None and p.kind == "narration") for s, p, _ in rows)
    return ArticleScores(
        articles=count,
        sentences=len(rows),
        exact_span=sum(e for *_, e in rows) / len(rows),
        attributed=voice / len(rows),
        kind=sum(p is not None and s.kind == p.kind for s, p, _ in rows) / len(rows),
        speaker=right_speaker / max(1, spoken),
        speaker_found=right_speaker / max(1, both),
        unknown=unknown / max(1, attributed),
        confusion={k: dict(v) for k, v in confusion.items()},
        wrong=wrong,
    )


def _line(what: str, gold: Statement, found: Statement | None) -> str:
    theirs = f"{found.kind} {found.speaker!r} [{found.cue}]" if found else "missing"
    return f"{what}: {gold.id}: {gold.kind} {gold.speaker!r}, found {theirs}: {gold.text}"


def main() -> None:
    """Print the scores of a folder."""
    parser = argparse.ArgumentParser(description="Score the reading of articles against gold sentences.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--json", action="store_true", help="all scores as JSON")
    parser.add_argument("--wrong", action="store_true", help="also list what is wrong")
    args = parser.parse_args()
    scores = evaluate_articles(args.folder, args.gold)
    if args.json:
        print(scores.model_dump_json(indent=1, exclude=None if args.wrong else {"wrong"}))
        return
    for name, value in scores.model_dump(exclude={"wrong", "confusion"}).items():
        print(f"{name:14} {value:.3f}" if isinstance(value, float) else f"{name:14} {value}")
    print(*(f"{gold}: {found}" for gold, found in scores.confusion.items()), sep="\n")
    if args.wrong:
        print(*scores.wrong, sep="\n")


if __name__ == "__main__":
    main()
