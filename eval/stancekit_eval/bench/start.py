"""Seconds until something stands, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from stancekit_eval.bench.timing import ROUNDS, in_turn

STARTS = {
    "stancekit --help": "from stancekit_cli.main import run; run(['--help'])",
    "import stancekit": "import stancekit",
    "from_pretrained": "import stancekit; stancekit.StanceClassifier.from_pretrained()",
}


def start_up(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the seconds of each start, Python's own included."""
    calls = {name: partial(_python, code) for name, code in STARTS.items()}
    return {name: round(t, 2) for name, t in in_turn(calls, rounds).items()}


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
