"""A tiny checkpoint, built in memory, for every test that needs a model but not a good one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# One thread, whatever the environment says: a forked process hangs in a pool of threads that it does not have.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest

from stancekit.classifier import StanceClassifier
from stancekit_eval.tiny import build_tiny_classifier

ROOT = Path(__file__).parent.parent
__all__ = ["ROOT", "build_tiny_classifier"]


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a checkpoint with a random two-layer backbone, under the default codebook."""
    folder = tmp_path_factory.mktemp("tiny") / "checkpoint"
    build_tiny_classifier().save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_checkpoint: Path) -> StanceClassifier:
    """The tiny checkpoint, loaded."""
    return StanceClassifier.from_pretrained(tiny_checkpoint, device="cpu")


@pytest.fixture(scope="session")
def tiny_backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the config and the tokenizer of a tiny encoder, for ``random:FOLDER``."""
    folder = tmp_path_factory.mktemp("backbone")
    made = build_tiny_classifier()
    made.network.backbone.config.save_pretrained(folder)
    made.encoder.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text('"Turkey must withdraw," minister Ali Reza said. He left on Monday.\n')
    (folder / "sub" / "a.txt").write_text("Talks begin\n\nFrance said talks with Iran would begin soon.\n")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here (that takes root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
