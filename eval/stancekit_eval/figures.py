"""The figures of the README and of docs/measurements.md, as Markdown.

    python -m stancekit_eval.figures [--model M] [--corpora FOLDER]

Without --corpora only the seeds are measured; with it also the real statements of FOLDER/Conflict/dev.jsonl.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from stancekit import StanceClassifier, Statement, read_statements
from stancekit_eval.actor_recall import measure
from stancekit_eval.evaluate import Evaluation, evaluate_classifier

FAMILIES = ("outcome", "actor", "accusation")


def sets(corpora: Path | None) -> Iterator[tuple[str, list[Statement]]]:
    """Yield the name and the labelled statements of each set that is here."""
    seeds = Path("seeds")
    if corpora:
        yield "real news, dev", read_statements(corpora / "Conflict" / "dev.jsonl")
    yield "written articles, dev", read_statements(seeds / "articles/dev.jsonl")
    written = [s for f in sorted((seeds / "conflict/dev").glob("*.jsonl")) for s in read_statements(f)]
    yield "written statements, dev", written
    yield "plain sentences", read_statements(seeds / "plain.jsonl")


def rows(name: str, result: Evaluation) -> Iterator[str]:
    """Yield the cells of a set: F1 with its interval a family, the calibration errors, abstentions."""
    yield name
    yield f"{result.statements:,}"
    for row in result.by_family:
        if row.view in FAMILIES:
            f1 = row.f1
            yield f"{f1.value:.2f}" + (f" ({f1.low:.2f}-{f1.high:.2f})" if f1.low is not None else "")
    errors = [result.calibration[f].considered.error for f in FAMILIES if f in result.calibration]
    given = [result.calibration[f].given.error for f in FAMILIES if f in result.calibration]
    yield " / ".join(f"{e:.3f}" for e in errors)
    yield " / ".join(f"{e:.2f}" for e in given)
    yield f"{result.abstention:.2f}"


def table(classifier: StanceClassifier, corpora: Path | None) -> Iterator[str]:
    """Yield the lines of the table."""
    head = ["set", "statements", *(f"{f}s, F1" for f in FAMILIES), "ECE", "ECE of those given", "abstains"]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for name, gold in sets(corpora):
        cells = rows(name, evaluate_classifier(classifier, gold, classifier.codebook))
        yield "| " + " | ".join(cells) + " |"


def recall(classifier: StanceClassifier, corpora: Path | None) -> Iterator[str]:
    """Yield the lines of the actor finder's recall."""
    yield "| set | gold actors named in the text that are proposed | of all gold actors | proposed a statement |"
    yield "|---|---|---|---|"
    for name, gold in sets(corpora):
        r = measure(gold, classifier.finder)
        named, found = r.named_found.total() / r.named.total(), r.found.total() / r.gold.total()
        yield f"| {name} | {named:.2f} | {found:.2f} | {r.candidates / r.statements:.1f} |"


def right(gold: Sequence[Statement], found: Sequence[Statement]) -> float:
    """Return the share of statements whose outcomes and charges are wholly right: nothing missed, nothing added."""

    def key(s: Statement) -> set[tuple[str, str]]:
        return {(x.target, x.position) for x in s.stances if x.family != "actor"}

    return sum(key(g) == key(f) for g, f in zip(gold, found, strict=True)) / len(gold)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="checkpoint; default the shipped one")
    parser.add_argument("--corpora", type=Path, default=None, help="folder of the data sets of docs/data.md")
    given = parser.parse_args()
    classifier = StanceClassifier.from_pretrained(given.model)
    print(*table(classifier, given.corpora), sep="\n")
    print()
    print(*recall(classifier, given.corpora), sep="\n")
    plain = read_statements(Path("seeds/plain.jsonl"))
    share = right(plain, list(classifier.predict_many(plain)))
    print(f"\nPlain sentences wholly right in outcomes and charges: {share:.2f} of {len(plain)}")


if __name__ == "__main__":
    main()
