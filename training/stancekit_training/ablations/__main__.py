"""Train and measure the list of runs in configs/ablations/runs.yaml; prints a Markdown table, then one line of JSON.

    python -m stancekit_training.ablations --corpora FOLDER [--out build/ablations] [--only NAME ...]

A run whose result lies in --out, with the same configs and data, is not repeated, so a list that was cut off goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from stancekit.checkpoint import writing
from stancekit.errors import StancekitError
from stancekit_eval.figures import sets
from stancekit_training.ablations.plan import Settings, load_plan, resolve, with_needs
from stancekit_training.ablations.run import Lab
from stancekit_training.ablations.table import table
from stancekit_training.standoff import article_texts, attach

ANNOTATED = "annotated.jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 0, or 2 after a mistake in what was given."""
    given = _parser().parse_args(arguments)
    try:
        print(*_lines(given), sep="\n")
    except StancekitError as e:
        print(f"error: {e}", file=sys.stderr)
        return 2
    return 0


def attach_labels(labels: Path, articles: Path, out: Path) -> None:
    """Write the statements of detached labels, unless they are there.

    Raises:
        DataError: if a file is missing or does not fit the other.
        OutputError: if they cannot be written.
    """
    if out.exists():
        return
    rows = list(attach(labels, article_texts(articles)))
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_suffix(".part")
        part.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
        part.replace(out)


def _lines(given: argparse.Namespace) -> list[str]:
    articles = given.corpora / "conflict_articles" / "articles.jsonl"
    attach_labels(given.labels, articles, given.out / ANNOTATED)
    settings = Settings(
        corpora=given.corpora, out=given.out, backbone=given.backbone, limit=given.limit, overrides=given.set
    )
    jobs = resolve(load_plan(given.runs), settings)
    wanted = with_needs(jobs, given.only)
    gold = {name: found[: given.limit] for name, found in sets(given.corpora) if name.endswith("dev")}
    lab = Lab(jobs, given.out, gold)
    done = [(job, lab.do(job)) for job in wanted]
    results = [result for job, result in done if not job.stage]
    return [*table(results), "", json.dumps([r.model_dump() for r in results], ensure_ascii=False)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stancekit_training.ablations",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the data sets of docs/data.md")
    parser.add_argument("--out", type=Path, default=Path("build/ablations"), help="results and weights")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="these runs, and what they need"
    )
    parser.add_argument("--backbone", default="minilm", help="of the base; a name in backbones of the list")
    parser.add_argument(
        "--limit", type=int, help="rows a source and statements a dev set at most, to try it out"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="for every run"
    )
    parser.add_argument("--runs", type=Path, default=Path("configs/ablations/runs.yaml"), help="the list")
    parser.add_argument(
        "--labels", type=Path, default=Path("seeds/detached/news.jsonl"), help="labels of the articles"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
