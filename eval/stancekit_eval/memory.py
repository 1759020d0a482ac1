"""What a run of any size costs: peak memory, memory over time, rows a second, size of the result.

    python -m stancekit_eval.memory [--sizes 10000 100000] [--kind statements|articles] [--suffix .jsonl]

Generated text (``stancekit_eval.generated``) is scored by ``score_path`` with a tiny network of random weights,
each size in a process of its own, so that what is measured is everything but the model. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, get_args

import psutil

from stancekit import Codebook
from stancekit_eval.generated import Kind, write_generated

MB = 1 << 20


def measured(size: int, kind: Kind, suffix: str, threads: int) -> dict[str, Any]:
    """Return the figures of a run over generated text, as ``measured_file`` does.

    Args:
        size: Statements, or articles.
        kind: What is scored.
        suffix: Format of the result.
        threads: Threads that compute.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.jsonl"
        write_generated(source, kind, size)
        return measured_file(source, suffix, threads)


def measured_file(source: Path, suffix: str, threads: int) -> dict[str, Any]:
    """Return the figures of one run in a fresh process.

    Returns:
        Megabytes are of 2^20 bytes. ``peak_mb`` is the most memory resident at any time; ``first_quarter_mb`` and
        ``last_quarter_mb`` are medians over the chunks finished in these quarters of the run, without its first
        tenth. ``cpu_ms_per_row`` counts all threads.
    """
    out = source.with_name(f"out{suffix}")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return dict(pool.apply(_run, (source, out, threads)))


def _run(source: Path, out: Path, threads: int) -> dict[str, Any]:
    import torch

    from stancekit.scoring.run import score_path
    from stancekit_eval.tiny import build_tiny_classifier

    torch.set_num_threads(threads)
    process, resident = psutil.Process(), list[float]()
    classifier = build_tiny_classifier(_few_targets())
    before = process.memory_info().rss / MB
    used, began = time.process_time(), time.monotonic()
    summary = score_path(
        classifier,
        source,
        out,
        on_progress=lambda done, total: resident.append(process.memory_info().rss / MB),
    )
    seconds, used = time.monotonic() - began, time.process_time() - used
    steady = resident[len(resident) // 10 :]
    quarter = max(len(steady) // 4, 1)
    return {
        "statements": summary.statements,
        "articles": summary.articles,
        "before_mb": round(before),
        "peak_mb": round(_peak()),
        "first_quarter_mb": round(statistics.median(steady[:quarter])),
        "last_quarter_mb": round(statistics.median(steady[-quarter:])),
        "rows_per_second": round(summary.statements / seconds, 1),
        "cpu_ms_per_row": round(1000 * used / summary.statements, 3),
        "result_mb": round(out.stat().st_size / MB, 1),
    }


def _few_targets() -> Codebook:
    """Return a codebook of two outcomes: the model shall cost next to nothing here."""
    book = Codebook.default()
    few = dict(list(book.outcomes.items())[:2])
    return Codebook(name="few", version=1, outcomes=few, aliases=book.aliases)


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak / 1024


def main() -> None:
    """Print one line a size, and all figures as JSON in the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--kind", choices=get_args(Kind), default="statements")
    parser.add_argument("--suffix", default=".jsonl", help="format of the result: .jsonl, .parquet or .csv")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", 1)))
    given = parser.parse_args()
    figures = {}
    for size in given.sizes:
        found = figures[str(size)] = measured(size, given.kind, given.suffix, given.threads)
        print(f"{size:>9,} {given.kind}: " + ", ".join(f"{k} {v:,}" for k, v in found.items()), flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
