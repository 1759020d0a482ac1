"""Measure attributions as spans against PolNeAR (Newell, Margolin and Ruths, LREC 2018).

Run as ``python -m stancekit_eval.polnear test.jsonl [--textacy]``: one paragraph a row, with ``text`` and
``attributions`` (``quote_spans``, ``speaker_spans``). Paragraphs of one ``doc`` are read as one article.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stancekit.articles.sentences import set_sentence_starts
from stancekit.errors import DataError
from stancekit.nlp import load_nlp
from stancekit_eval.attribution_spans import Spans, by_rules, by_textacy, textacy_version

if TYPE_CHECKING:
    from spacy.tokens import Doc

_EDGES = " \t\n,.;:\"'“”‘’`"


class Gold(NamedTuple):
    """A labelled attribution: offsets of content and source (empty if none is named), and its kind."""

    content: tuple[tuple[int, int], ...]
    source: tuple[tuple[int, int], ...]
    kind: str


class Share(NamedTuple):
    """Precision and recall of one measure, in [0, 1]."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


Example = tuple["Doc", list[Gold], list[Spans]]


def read(path: Path) -> Iterator[tuple[str, list[Gold]]]:
    """Yield the text of each article with its attributions.

    Raises:
        DataError: naming the line that is no row of PolNeAR.
    """
    name: str | None = None
    texts: list[str] = []
    gold: list[Gold] = []
    at = 0
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                text, doc, rows = row["text"], row["doc"], row["attributions"]
            except (ValueError, KeyError, TypeError) as e:
                raise DataError(
                    f"{path}:{number}: {e!r}; expected a row with text, doc, attributions"
                ) from None
            if doc != name and texts:
                yield "\n\n".join(texts), gold
                texts, gold, at = [], [], 0
            name = doc
            gold += [_gold(a, at) for a in rows]
            texts.append(text)
            at += len(text) + 2
    if texts:
        yield "\n\n".join(texts), gold


def _gold(row: dict[str, Any], at: int) -> Gold:
    content, source = (tuple((s + at, e + at) for s, e in row[k]) for k in ("quote_spans", "speaker_spans"))
    return Gold(content, source, row["kind"])


def parse(path: Path) -> Iterator[tuple[Doc, list[Gold]]]:
    """Yield the parsed articles of a file with their attributions."""
    nlp = load_nlp()

    def docs() -> Iterator[tuple[Doc, list[Gold]]]:
        for text, gold in read(path):
            doc = nlp.make_doc(text)
            set_sentence_starts(doc, [])
            yield doc, gold

    yield from nlp.pipe(docs(), as_tuples=True, batch_size=8)


def score(found: Iterable[Example], kinds: tuple[str, ...] = ()) -> dict[str, Share]:
    """Return precision and recall by measure.

    A content is right exactly if its spans are the gold ones but for blanks and punctuation at their edges,
    and relaxed if it shares half of the shorter's letters. A source is right if the content is, relaxed, and
    the source is, exactly or relaxed. "content, letters" counts letters inside contents, not attributions.

    Args:
        found: Parsed articles, their gold attributions, and those found.
        kinds: Kinds of gold attributions that recall counts; all if empty. Precision always counts all.
    """
    names = ("content, exact", "content, relaxed", "source, exact", "source, relaxed")
    right = {n: [0, 0] for n in names}
    predicted, asked = 0, 0
    letters = [0, 0, 0, 0]  # found and gold, found, gold of these kinds and found, gold of these kinds
    for doc, gold, spans in found:
        text = doc.text
        wanted = [g for g in gold if not kinds or g.kind in kinds]
        predicted, asked = predicted + len(spans), asked + len(wanted)
        mine, theirs, those = (_letters(text, [x.content for x in s]) for s in (spans, gold, wanted))
        for n, part in enumerate((mine & theirs, mine, mine & those, those)):
            letters[n] += len(part)
        for name in names:
            right[name][0] += sum(any(_same(name, text, s, g) for g in gold) for s in spans)
            right[name][1] += sum(any(_same(name, text, s, g) for s in spans) for g in wanted)
    shares = {n: Share(p / max(1, predicted), r / max(1, asked)) for n, (p, r) in right.items()}
    both, mine_all, recalled, those_all = letters
    return {"content, letters": Share(both / max(1, mine_all), recalled / max(1, those_all)), **shares}


def _same(name: str, text: str, found: Spans, gold: Gold) -> bool:
    if name == "content, exact":
        return _trimmed(text, found.content) == _trimmed(text, gold.content)
    if not _share(text, found.content, gold.content):
        return False
    if name == "source, exact":
        return _trimmed(text, found.source) == _trimmed(text, gold.source)
    return name == "content, relaxed" or _share(text, found.source, gold.source)


def _trimmed(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    trimmed = []
    for start, end in sorted(spans):
        part = text[start:end]
        start += len(part) - len(part.lstrip(_EDGES))
        end -= len(part) - len(part.rstrip(_EDGES))
        if start < end:
            trimmed.append((start, end))
    return trimmed


def _share(text: str, some: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> bool:
    """Tell whether spans share at least half of the letters and digits of the shorter ones."""
    a, b = _letters(text, [some]), _letters(text, [others])
    return bool(a and b) and 2 * len(a & b) >= min(len(a), len(b))


def _letters(text: str, contents: Iterable[Iterable[tuple[int, int]]]) -> set[int]:
    return {i for spans in contents for s, e in spans for i in range(s, e) if text[i].isalnum()}


def main() -> None:
    """Print a table of a file."""
    parser = argparse.ArgumentParser(description="Score attributions against PolNeAR.")
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--textacy", action="store_true", help="also run textacy's extractor (installed apart)"
    )
    args = parser.parse_args()
    systems: dict[str, Callable[[Doc], Iterator[Spans]]] = {"stancekit": by_rules}
    if args.textacy:
        systems[f"textacy {textacy_version()}"] = by_textacy
    parsed = list(parse(args.file))
    print("| system | counted | measure | precision | recall | F1 |\n|---|---|---|---|---|---|")
    for system, find in systems.items():
        found = [(doc, gold, list(find(doc))) for doc, gold in parsed]
        for counted, kinds in (("all", ()), ("direct and mixed", ("direct", "mixed"))):
            for name, share in score(found, kinds).items():
                figures = " | ".join(f"{x:.2f}" for x in (*share, share.f1))
                print(f"| {system} | {counted} | {name} | {figures} |")


if __name__ == "__main__":
    main()
