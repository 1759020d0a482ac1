"""The config of one public set: the sections of a training run, with a data section of its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from stancekit.codebook import Codebook
from stancekit.errors import ConfigError
from stancekit.yaml_file import read_mapping, validate
from stancekit_training.config import ModelSection, TrainingSection, _override


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BenchmarkData(_Section):
    """Which rows of the set's folder serve for what. The test rows are named on the command line."""

    codebook: str | None = Field(
        default=None,
        description="file beside the config that defines what is asked; default: the shipped one",
    )
    train: list[str] = Field(
        default=["train.jsonl"],
        min_length=1,
        description="files to learn from: the first must be there, the others may be missing; never the test file",
    )
    dev: str | None = Field(
        default="dev.jsonl",
        description="file to choose the decision on; a part of train is held out if it is null, missing, or the test",
    )
    hold_out: float = Field(
        default=0.1, gt=0, lt=1, description="share of the training rows held out instead"
    )
    limit: int | None = Field(
        default=None, ge=1, description="training rows at most, drawn at random with training.seed"
    )
    limit_none: int | None = Field(default=None, ge=1, description="of these, rows without a stance at most")


class BenchmarkConfig(_Section):
    """A fine-tuning run on a public set."""

    data: BenchmarkData = BenchmarkData()
    model: ModelSection
    training: TrainingSection = TrainingSection()


def load_benchmark(name: str, path: Path | None, overrides: list[str]) -> tuple[BenchmarkConfig, Codebook]:
    """Return the config of a set and the codebook that it asks with.

    Args:
        name: Of the set.
        path: The config; by default ``configs/benchmarks/NAME.yaml``, here or in the repository.
        overrides: ``section.key=value``.

    Raises:
        ConfigError: one line for each error.
        CodebookError: if the codebook is wrong.
    """
    path = path or _shipped(name)
    raw = read_mapping(path, ConfigError)
    for item in overrides:
        _override(raw, item)
    config = validate(raw, BenchmarkConfig, str(path), ConfigError)
    if config.training.start_share:
        raise ConfigError(
            f"{path}: training.start_share: expected 0; the figures are of the trained weights alone"
        )
    book = config.data.codebook
    return config, Codebook.load(path.parent / book) if book else Codebook.default()


def _shipped(name: str) -> Path:
    """Return where a set's config lies; the wheel holds none."""
    inside = Path("configs") / "benchmarks" / f"{name}.yaml"
    found = [p for p in (inside, Path(__file__).parents[3] / inside) if p.exists()]
    if not found:
        raise ConfigError(
            f"{inside}: not here; expected it below the working directory, or name one with --config"
        )
    return found[0]
