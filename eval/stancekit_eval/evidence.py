"""Measure the evidence of stances against the words that readers mark.

    python -m stancekit_eval.evidence GOLD.jsonl [--marks FILE] [--method attention|gradient|product|erasure|all]

Every marked stance is measured, whether or not the model would report it; one whose actor is not found has no
score to look at and is counted apart. The methods give each token of the statement a weight, and one rule,
``stancekit.evidence.find_evidence``, makes words of the weights:

- ``attention``: where the target looks, as in the product;
- ``gradient``: length of the gradient of the stance's logit at the word embedding (Li et al. 2016);
- ``product``: size of the product of input and gradient (Shrikumar et al. 2017);
- ``erasure``: drop of the logit when the token and its neighbours are masked (Li et al. 2017).
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from stancekit.classifier import StanceClassifier
from stancekit.encode import Encoded
from stancekit.errors import DataError
from stancekit.evidence import find_evidence
from stancekit.network import Logits, TargetVectors
from stancekit.records import Evidence, Family, Position, Statement
from stancekit.statements import read_statements
from stancekit_eval.items import FAMILIES
from stancekit_eval.matching import Key, by_id, match
from stancekit_eval.metrics import FloatArray, bootstrap

MARKS = Path(str(resources.files("stancekit_eval") / "data" / "evidence_marks.jsonl"))
MEASURES = ("precision", "recall", "F1", "overlap", "IoU >= .5")
RESAMPLES = 1000
BATCH = 32
LEVELS = {"gradient": 0.5, "product": 0.5, "erasure": 0.2}
"""``level`` of ``find_evidence`` by method, the best on the tuning half; attention has the product's own."""
BESIDE = 1
"""Tokens masked on either side of a token that is erased."""


class Mark(BaseModel):
    """The words of a statement's text that a stance rests on, as characters [start, end), without the text."""

    model_config = ConfigDict(frozen=True)

    id: str
    family: Family
    target: str
    position: Position
    actor: str | None
    start: int
    end: int
    sha1: str


class Case(NamedTuple):
    """A statement as the model reads it, and its marks; ``actors[i]``, the actor's place in the row, or None."""

    statement: Statement
    row: Encoded
    marks: tuple[Mark, ...]
    actors: tuple[int | None, ...]

    def found(self) -> list[tuple[Mark, int | None]]:
        """Return the marks of the stances that the model has a score for, with the place of their actor."""
        pairs = zip(self.marks, self.actors, strict=True)
        return [(m, a) for m, a in pairs if m.family == "outcome" or a is not None]


Method = Callable[[StanceClassifier, Case], list[Evidence | None]]


def read_marks(path: Path) -> list[Mark]:
    """Return the marks of a JSONL file.

    Raises:
        DataError: naming the line that is no mark.
    """
    found = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise DataError(f"{path}: cannot be read: {e}") from None
    for number, line in enumerate(lines, 1):
        try:
            found.append(Mark.model_validate_json(line))
        except ValidationError as e:
            raise DataError(f"{path}:{number}: expected a mark, got {e.errors()[0]['msg']}") from None
    return found


def half(marks: Sequence[Mark], part: Literal["all", "tune", "report"]) -> list[Mark]:
    """Return the marks of one half of the statements, split by the SHA-1 of their ids, or all."""
    ids = sorted({m.id for m in marks}, key=lambda id: hashlib.sha1(id.encode()).hexdigest())
    middle = len(ids) // 2
    kept = {"all": ids, "tune": ids[:middle], "report": ids[middle:]}[part]
    return [m for m in marks if m.id in set(kept)]


def cases(classifier: StanceClassifier, gold: Sequence[Statement], marks: Sequence[Mark]) -> list[Case]:
    """Return the marked statements.

    Raises:
        DataError: if a marked statement is missing or has other words than when it was marked.
    """
    texts, found = by_id(gold), []
    for id in dict.fromkeys(m.id for m in marks):
        statement, theirs = texts.get(id), tuple(m for m in marks if m.id == id)
        if statement is None:
            raise DataError(f"{id}: marked, but no such statement is given")
        sha1 = hashlib.sha1(statement.text.encode()).hexdigest()[:8]
        if any(m.sha1 != sha1 or not 0 <= m.start < m.end <= len(statement.text) for m in theirs):
            raise DataError(f"{id}: the text has other words than the marked one")
        row = classifier.encoder(statement, classifier.finder.find(statement))
        names = [Key("", "", a) for a in row.actors]
        actors = (match([Key("", "", m.actor)], names)[0] if m.family != "outcome" else None for m in theirs)
        found.append(Case(statement, row, theirs, tuple(actors)))
    return found


def by_attention(classifier: StanceClassifier, case: Case) -> list[Evidence | None]:
    """Return the evidence that the classifier itself gives each stance."""
    (scored,) = classifier.predict_many([case.statement], min_probability=0.0)
    evidence = {(s.family, s.target, s.actor): s.evidence for s in scored.stances}

    def of(mark: Mark, actor: int | None) -> Evidence | None:
        name = None if actor is None else case.row.actors[actor]
        target = (name or "") if mark.family == "actor" else mark.target
        return evidence[mark.family, target, name]

    return [of(m, a) for m, a in case.found()]


def by_gradient(classifier: StanceClassifier, case: Case, *, product: bool = False) -> list[Evidence | None]:
    """Return the evidence by the gradient at the word embeddings, one backward pass a stance."""
    network, seen = classifier.network, list[Tensor]()
    targets = TargetVectors(*(x.clone() for x in classifier.targets))  # they were made in inference mode
    layer = network.backbone.get_input_embeddings()
    hook = layer.register_forward_hook(lambda *call: seen.append(call[2]))
    try:
        with torch.enable_grad():
            out = network(_batch(classifier, case), targets)
    finally:
        hook.remove()
    found = []
    for mark, actor in case.found():
        (gradient,) = torch.autograd.grad(
            _logit(classifier, out, mark, actor).sum(), seen[0], retain_graph=True
        )
        weights = (gradient * seen[0]).sum(-1).abs() if product else gradient.norm(dim=-1)
        level = LEVELS["product" if product else "gradient"]
        found.append(_words(case, weights[0, case.row.text_start :].tolist(), level))
    return found


def by_product(classifier: StanceClassifier, case: Case) -> list[Evidence | None]:
    """Return the evidence by input x gradient."""
    return by_gradient(classifier, case, product=True)


def by_erasure(classifier: StanceClassifier, case: Case) -> list[Evidence | None]:
    """Return the evidence by masking each token with its neighbours, one forward pass a token."""
    first, n = case.row.text_start, len(case.row.spans)
    batch, wanted = _batch(classifier, case), case.found()
    drops: list[list[float]] = [[] for _ in wanted]
    with torch.inference_mode():
        whole = classifier.network(batch, classifier.targets)
        for at in range(0, n, BATCH):
            part = range(at, min(at + BATCH, n))
            rows = {k: v.expand(len(part), *v.shape[1:]).clone() for k, v in batch.items()}
            for row, i in enumerate(part):
                left, right = first + max(0, i - BESIDE), first + min(n, i + BESIDE + 1)
                rows["input_ids"][row, left:right] = classifier.encoder.tokenizer.mask_token_id
            out = classifier.network(rows, classifier.targets)
            for drop, (m, a) in zip(drops, wanted, strict=True):
                drop += (
                    (_logit(classifier, whole, m, a) - _logit(classifier, out, m, a)).clamp(min=0).tolist()
                )
    return [_words(case, drop, LEVELS["erasure"]) for drop in drops]


METHODS: dict[str, Method] = {
    "attention": by_attention,
    "gradient": by_gradient,
    "product": by_product,
    "erasure": by_erasure,
}


def _batch(classifier: StanceClassifier, case: Case) -> dict[str, Tensor]:
    return {k: v.to(classifier.device) for k, v in classifier.encoder.batch([case.row]).items()}


def _words(case: Case, weights: Sequence[float], level: float) -> Evidence | None:
    spans = case.row.spans
    return find_evidence(case.statement.text, spans, weights[: len(spans)], level=level)


def _logit(classifier: StanceClassifier, out: Logits, mark: Mark, actor: int | None) -> Tensor:
    """Return the logit of the stance against the rest. *Shape:* (statements,)."""
    book = classifier.codebook
    if mark.family == "accusation":
        return out.accusations[:, actor, list(book.accusations).index(mark.target)]
    if mark.family == "outcome":
        scores = out.outcomes[:, list(book.outcomes).index(mark.target)]
    else:
        scores = out.actors[:, actor]
    none, favor, against = scores.unbind(-1)
    best, other = (favor, against) if mark.position == "favor" else (against, favor)
    return best - torch.logaddexp(none, other)


def overlap(mark: tuple[int, int], given: tuple[int, int]) -> tuple[float, float, float, float, float]:
    """Return ``MEASURES`` of one run of characters against the marked one; all 0 for an empty run."""
    both = min(mark[1], given[1]) - max(mark[0], given[0])
    if both <= 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    marked, length = mark[1] - mark[0], given[1] - given[0]
    close = both / (marked + length - both) >= 0.5
    return both / length, both / marked, 2 * both / (marked + length), 1.0, float(close)


def anywhere(mark: tuple[int, int], length: int, text: int) -> FloatArray:
    """Return ``MEASURES`` that a run of a length has on average over all its places in the text."""
    places = range(max(1, text - length + 1))
    found: FloatArray = np.mean([overlap(mark, (i, i + length)) for i in places], axis=0)
    return found


def measure(
    classifier: StanceClassifier, found: Sequence[Case], methods: Sequence[str]
) -> dict[str, list[list[FloatArray]]]:
    """Return for each method and baseline ``MEASURES`` of each stance of each statement.

    The random run is as long as the evidence that the classifier gives.
    """
    names = ["whole statement", "random run", *methods]
    rows: dict[str, list[list[FloatArray]]] = {name: [] for name in names}
    for case in found:
        size, marks = len(case.statement.text), [(m.start, m.end) for m, _ in case.found()]
        own = [_span(e) for e in by_attention(classifier, case)]
        rows["whole statement"].append([np.array(overlap(m, (0, size))) for m in marks])
        rows["random run"].append([anywhere(m, e - s, size) for m, (s, e) in zip(marks, own, strict=True)])
        for name in methods:
            spans = own if name == "attention" else map(_span, METHODS[name](classifier, case))
            rows[name].append([np.array(overlap(m, s)) for m, s in zip(marks, spans, strict=True)])
    return rows


def _span(evidence: Evidence | None) -> tuple[int, int]:
    return (evidence.start, evidence.end) if evidence else (0, 0)


def table(found: Sequence[Case], rows: dict[str, list[list[FloatArray]]]) -> Iterator[str]:
    """Yield the lines of the table: means over stances, 95% bootstrap intervals over statements."""
    yield "| method | family | stances | " + " | ".join(MEASURES) + " |"
    yield "|" + "---|" * (3 + len(MEASURES))
    for name, by_statement in rows.items():
        for family in ("all", *FAMILIES):
            counts = np.zeros((len(found), len(MEASURES), 3))
            for i, (case, stances) in enumerate(zip(found, by_statement, strict=True)):
                for (mark, _), values in zip(case.found(), stances, strict=True):
                    if family in ("all", mark.family):
                        counts[i] += np.stack([values, np.ones_like(values), np.ones_like(values)], axis=-1)
            yield f"| {name} | {family} | " + " | ".join(_cells(counts)) + " |"


def _cells(counts: NDArray[np.float64]) -> Iterator[str]:
    """Yield the number of stances, and each mean with its interval. *Shape:* counts (statements, measures, 3)."""
    total = counts.sum(axis=0)
    low, high = bootstrap(counts, np.arange(len(counts)), RESAMPLES, seed=0)[..., 0]
    yield f"{total[0, 1]:.0f}"
    for (value, number, _), a, b in zip(total, low, high, strict=True):
        yield f"{value / number:.2f} ({a:.2f}-{b:.2f})" if number else "-"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure evidence against the words that readers mark.")
    parser.add_argument("gold", type=Path, help="the labelled statements that were marked, JSONL")
    parser.add_argument("--marks", type=Path, default=MARKS, help="marks; default those that ship")
    parser.add_argument("--method", choices=[*METHODS, "all"], default="all")
    parser.add_argument("--model", default=None, help="checkpoint; default the shipped one")
    parser.add_argument(
        "--part",
        choices=["all", "tune", "report"],
        default="report",
        help="half of the statements; default report",
    )
    given = parser.parse_args()
    classifier = StanceClassifier.from_pretrained(given.model)
    marks = half(read_marks(given.marks), given.part)
    found = cases(classifier, read_statements(given.gold), marks)
    methods = list(METHODS) if given.method == "all" else [given.method]
    print(*table(found, measure(classifier, found, methods)), sep="\n")
    left = len(marks) - sum(len(c.found()) for c in found)
    print(f"\n{len(found)} statements, {len(marks)} marked stances; the actor of {left} is not found.")


if __name__ == "__main__":
    main()
