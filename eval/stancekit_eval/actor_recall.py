"""Does the actor finder propose the actors that have a stance? A name never proposed is never right.

python -m stancekit_eval.actor_recall FILE.jsonl [CODEBOOK.yaml]
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stancekit.actors.finder import ActorFinder, same_actor
from stancekit.actors.gazetteer import builtin
from stancekit.codebook import Codebook
from stancekit.records import Stance, Statement
from stancekit.statements import read_statements
from stancekit_eval.names import normalise

EXAMPLES = 25
"""How many misses are printed."""


@dataclass
class ActorRecall:
    """Counts over the actor and accusation stances of a file.

    Attributes:
        gold: Family -> gold actors.
        found: Family -> those among the candidates.
        named: Family -> those whose name, in some form, stands in the text or its context.
        named_found: Family -> named and among the candidates.
        statements: Statements seen.
        candidates: Actors proposed.
        with_stance: Proposed actors that have a stance.
        misses: Named actors that were not proposed: (statement id, name, candidates).
    """

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    named_found: Counter[str] = field(default_factory=Counter)
    statements: int = 0
    candidates: int = 0
    with_stance: int = 0
    misses: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


def is_named(name: str, statement: Statement) -> bool:
    """Return whether a form of the name (alias, surname, all its words) stands in text or context."""
    text = " ".join((*statement.context, statement.text))
    if any(_stands_in(x, text) for x in (name, *builtin().aliases(name))) or _has_alias(name, text):
        return True
    words = [w for w in re.findall(r"\w+", name) if len(w) > 2 and w.lower() not in {"the", "and"}]
    if name[:1].isupper() and len(words) > 1 and words[-1][0].isupper() and _stands_in(words[-1], text):
        return True
    return bool(words) and all(_stands_in(w[: max(4, len(w) - 3)], text, whole=False) for w in words)


def _has_alias(name: str, text: str) -> bool:
    """Return whether one to four words of the text are an alias in scoring's own table."""
    words = re.findall(r"[\w'’-]+", text)
    for length in range(1, 5):
        for i in range(len(words) - length + 1):
            form = " ".join(words[i : i + length])
            if (len(form) > 3 or not form.islower()) and normalise(form) == normalise(name):
                return True
    return False


def _stands_in(form: str, text: str, whole: bool = True) -> bool:
    # Acronyms keep their case: "us" is not "US".
    if len(form) <= 3 and not form.isupper():
        return False
    flags = 0 if form.isupper() else re.IGNORECASE
    return re.search(rf"\b{re.escape(form)}" + (r"\b" if whole else ""), text, flags) is not None


def measure(statements: Sequence[Statement], finder: ActorFinder) -> ActorRecall:
    """Return how many gold actors the finder proposes.

    Raises:
        MissingExtraError: if the English spaCy pipeline is not installed.
    """
    result = ActorRecall(statements=len(statements))
    for statement, actors in zip(statements, finder.find_many(statements), strict=True):
        names = tuple(a.name for a in actors)
        wanted = _wanted(statement)
        for stance in wanted:
            _count(result, statement, stance, names)
        result.candidates += len(names)
        result.with_stance += sum(any(same_actor(n, s.actor or "") for s in wanted) for n in names)
    return result


def _wanted(statement: Statement) -> list[Stance]:
    """Return the stances with an actor, each actor once in a family."""
    first = {
        (s.family, normalise(s.actor or "")): s
        for s in statement.stances
        if s.family in ("actor", "accusation")
    }
    return list(first.values())


def _count(result: ActorRecall, statement: Statement, stance: Stance, names: tuple[str, ...]) -> None:
    actor = stance.actor or ""
    hit = any(same_actor(n, actor) for n in names)
    result.gold[stance.family] += 1
    result.found[stance.family] += hit
    if is_named(actor, statement):
        result.named[stance.family] += 1
        result.named_found[stance.family] += hit
        if not hit:
            result.misses.append((statement.id, actor, names))


def report(result: ActorRecall) -> str:
    """Return the figures as lines of text."""
    lines = []
    for family in ("actor", "accusation"):
        lines.append(
            f"{family:<10}  named {_share(result.named_found[family], result.named[family])}"
            f"  all {_share(result.found[family], result.gold[family])}"
        )
    lines.append(
        f"{'both':<10}  named {_share(result.named_found.total(), result.named.total())}"
        f"  all {_share(result.found.total(), result.gold.total())}"
    )
    lines.append(f"candidates per statement {result.candidates / max(1, result.statements):.2f}")
    lines.append(f"candidates with a stance {_share(result.with_stance, result.candidates)}")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / max(1, whole):.3f} ({part} of {whole})"


def main(arguments: Sequence[str]) -> int:
    """Print the figures for a file of labelled statements; return the exit status."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    codebook = Codebook.load(arguments[1]) if len(arguments) == 2 else Codebook.default()
    statements = read_statements(arguments[0])
    finder = ActorFinder(codebook)
    finder.find(statements[0])
    began = time.process_time()
    result = measure(statements, finder)
    print(report(result))
    print(f"statements per second of processor time {len(statements) / (time.process_time() - began):.0f}")
    for id_, name, names in result.misses[:EXAMPLES]:
        print(f"missed  {id_}  {name!r}; proposed: {', '.join(names) or 'nobody'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
