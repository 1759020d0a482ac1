"""The public face, and the arrows between the four packages."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

import stancekit

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "stancekit": ROOT / "model/stancekit",
    "stancekit_eval": ROOT / "eval/stancekit_eval",
    "stancekit_training": ROOT / "training/stancekit_training",
    "stancekit_cli": ROOT / "cli/stancekit_cli",
}
MAY_IMPORT = {
    "stancekit": {"stancekit"},
    "stancekit_eval": {"stancekit", "stancekit_eval"},
    "stancekit_training": {"stancekit", "stancekit_eval", "stancekit_training"},
    "stancekit_cli": set(PACKAGES),
}


def test_public_names() -> None:
    assert stancekit.__all__ == [
        "Article",
        "Codebook",
        "Evidence",
        "Stance",
        "StanceClassifier",
        "StancekitError",
        "Statement",
        "parse_article",
        "read_article",
        "read_articles",
        "read_statements",
        "score_path",
    ]
    for name in stancekit.__all__:
        assert getattr(stancekit, name).__doc__


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names & set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_arrows_point_one_way(package: str) -> None:
    wrong = {
        (file.name, name)
        for file in PACKAGES[package].rglob("*.py")
        for name in imported(file) - MAY_IMPORT[package]
    }
    assert not wrong


def test_import_is_light() -> None:
    code = "import sys, stancekit; print([m for m in ('torch', 'transformers', 'spacy') if m in sys.modules])"
    begin = time.perf_counter()
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
    assert time.perf_counter() - begin < 5  # loose: the machine may be busy; the modules are what counts
