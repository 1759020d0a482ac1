"""A training run as one YAML file of typed sections: data, model, training, output."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stancekit.errors import ConfigError
from stancekit.yaml_file import read_mapping, validate


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Section):
    """One file or folder of labelled rows."""

    path: str = Field(description="JSONL file, or a folder of them; {corpora} stands for data.corpora")
    form: Literal["statements", "mentions", "topics"] = Field(
        default="statements",
        description="statements: stancekit's own records. mentions: text, target, label, where the target is an "
        "actor named in the text. topics: text, target, label, where the target is something one is for or against",
    )
    codebook: str | None = Field(default=None, description="codebook of the labels; default data.codebook")
    weight: float = Field(
        default=1.0, gt=0, description="times each row is seen in an epoch; 0.5: half of the rows"
    )
    limit: int | None = Field(
        default=None, ge=1, description="rows at most, drawn at random with training.seed"
    )


class DataSection(_Section):
    """What is learnt from."""

    codebook: str = Field(description="codebook file; it goes into the checkpoint")
    corpora: str = Field(default="corpora", description="folder that {corpora} in a path stands for")
    train: list[Source] = Field(min_length=1, description="what to train on")
    dev: list[Source] = Field(
        default=[],
        description="statements to stop early and calibrate on; default: held out from the first of train",
    )
    hold_out: float = Field(
        default=0.2, gt=0, lt=1, description="share of the statements held out where dev is empty"
    )


class ModelSection(_Section):
    """What is trained."""

    backbone: str = Field(
        description="a transformers encoder: folder or hub name; 'minilm' or 'mpnet': the offline packages; "
        "'random:FOLDER': the sizes in FOLDER/config.json, random weights; 'checkpoint' or 'checkpoint:FOLDER': "
        "go on from a stancekit checkpoint (the shipped one, or a folder)"
    )
    layers: int | None = Field(default=None, ge=1, description="keep the first layers only; default all")
    freeze_layers: int = Field(
        default=0, ge=0, description="embeddings and this many first layers stay as they are"
    )
    max_length: int = Field(default=192, ge=16, le=512, description="longest sequence, in tokens")
    head_size: int = Field(default=512, ge=8, description="hidden units of the heads")
    heads: int = Field(default=12, ge=1, description="attention heads of the reader; divides the hidden size")
    dropout: float = Field(default=0.1, ge=0, lt=1, description="dropout of the heads")
    backbone_dropout: float = Field(
        default=0.1, ge=0, lt=1, description="dropout of the backbone's hidden states"
    )


class TrainingSection(_Section):
    """How it is trained."""

    epochs: float = Field(default=4, gt=0, description="passes over the training rows")
    max_steps: int | None = Field(
        default=None, ge=1, description="stop after this many steps, in place of epochs"
    )
    batch_size: int = Field(default=32, ge=1, description="statements a step and device")
    learning_rate: float = Field(default=5e-5, gt=0, description="peak rate of the backbone")
    head_learning_rate: float = Field(default=3e-4, gt=0, description="peak rate of what stands on it")
    warmup: float = Field(default=0.06, ge=0, lt=1, description="share of the steps with a rising rate")
    weight_decay: float = Field(default=0.01, ge=0, description="decoupled weight decay (AdamW)")
    seed: int = Field(default=0, ge=0, description="of every random choice: weights, order, dropout, draws")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto", description="arithmetic; auto times both for a second and takes the faster"
    )
    start_share: float = Field(
        default=0, ge=0, lt=1,
        description="share of the weights it started from in the result: the two are averaged (Wortsman et al. 2022)",
    )  # fmt: skip
    save_steps: int = Field(default=500, ge=1, description="steps between checkpoints to resume from")
    patience: int = Field(default=2, ge=1, description="epochs without a better dev score before it stops")


class OutputSection(_Section):
    """Where the checkpoint goes."""

    folder: str = Field(description="checkpoint folder; work files lie in FOLDER.run beside it")
    packing: Literal["float32", "float16", "int8", "mixed"] = Field(
        default="float16", description="weights on disk"
    )


class Config(_Section):
    """A training run."""

    data: DataSection
    model: ModelSection
    training: TrainingSection = TrainingSection()
    output: OutputSection


def load_config(path: str | Path, overrides: list[str] | None = None) -> Config:
    """Return the config in a YAML file, with ``section.key=value`` overrides applied.

    Every error of the file and every source that is missing is collected before anything starts.

    Raises:
        ConfigError: one line for each error, with file, line, field and what was expected.
    """
    path = Path(path)
    raw = read_mapping(path, ConfigError)
    for item in overrides or []:
        _override(raw, item)
    config = validate(raw, Config, str(path), ConfigError)
    missing = [f"{path}: {e}" for e in _missing(config)]
    if missing:
        raise ConfigError("\n".join(missing))
    return config


def source_path(source: Source, config: Config) -> Path:
    """Return where a source lies."""
    return Path(source.path.replace("{corpora}", config.data.corpora))


def _missing(config: Config) -> list[str]:
    errors = []
    for section, sources in (("train", config.data.train), ("dev", config.data.dev)):
        for i, source in enumerate(sources):
            where = source_path(source, config)
            if not where.exists():
                hint = (
                    "; set data.corpora to the folder of the data sets" if "{corpora}" in source.path else ""
                )
                errors.append(f"data.{section}.{i}.path: {where} does not exist{hint}")
            if source.codebook and not Path(source.codebook).exists():
                errors.append(f"data.{section}.{i}.codebook: {source.codebook} does not exist")
    if config.training.start_share and not config.model.backbone.startswith("checkpoint"):
        errors.append("training.start_share: expected 0, or model.backbone to be a checkpoint")
    if not Path(config.data.codebook).exists():
        errors.append(f"data.codebook: {config.data.codebook} does not exist")
    return errors


def _override(raw: Any, item: str) -> None:
    """Set one ``section.key=value`` in the raw mapping; the value is read as YAML."""
    name, equals, value = item.partition("=")
    parts = name.strip().split(".")
    if not equals or len(parts) < 2:
        raise ConfigError(f"--set {item}: expected section.key=value, e.g. training.epochs=2")
    try:
        parsed = YAML(typ="safe", pure=True).load(value)
    except YAMLError:
        raise ConfigError(f"--set {item}: the value is not valid YAML") from None
    at = raw
    for part in parts[:-1]:
        step: Any = int(part) if part.isdigit() else part
        if isinstance(at, dict):
            at.setdefault(step, {})
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            raise ConfigError(f"--set {item}: there is no {part!r} in the config") from None
    if not isinstance(at, dict):
        raise ConfigError(f"--set {item}: {'.'.join(parts[:-1])} is no section")
    at[parts[-1]] = parsed
