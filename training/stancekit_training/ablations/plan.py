"""The list of runs as YAML, and each run with everything that is set for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from stancekit.errors import ConfigError
from stancekit.yaml_file import read_mapping, validate
from stancekit_training.config import Config, load_config
from stancekit_training.data import data_hashes

ReaderName = Literal["similarity", "after", "inside"]
CORPORA, BACKBONE = "corpora stage", "backbone"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(_Section):
    """A training config and what is changed of it."""

    config: str = Field(description="YAML file of a training run")
    set: list[str] = Field(default=[], description="section.key=value; {out} stands for the output folder")
    without: list[str] = Field(default=[], description="paths of data.train that are left out")


class Run(_Section):
    """One row of the table: where it differs from the base."""

    backbone: str | None = Field(default=None, description="name in backbones; default the one asked for")
    reader: ReaderName = Field(default="similarity", description="how targets and statement meet")
    start: str = Field(
        default=CORPORA,
        description="'corpora stage' of its backbone and reader, the bare 'backbone', or the name of an earlier run",
    )
    set: list[str] = Field(default=[], description="section.key=value, for the labelled stage")
    without: list[str] = Field(default=[], description="paths of data.train that are left out")
    average: list[str] = Field(
        default=[], description="earlier runs whose weights are averaged, in place of training"
    )
    start_share: float = Field(
        default=0, ge=0, lt=1, description="share in the result of the weights it started from"
    )


class Plan(_Section):
    """All runs."""

    corpora: Stage
    labelled: Stage
    backbones: dict[str, list[str]] = Field(description="name: what is set for it, in both stages")
    runs: dict[str, Run]


class Settings(_Section):
    """What the command line says: folders, the base's backbone, rows a source at most, further ``--set``."""

    corpora: Path
    out: Path
    backbone: str = "minilm"
    limit: int | None = None
    overrides: list[str] = []


@dataclass(frozen=True)
class Job:
    """A run with everything resolved; ``start`` and ``average`` name jobs that come before. A stage has no row."""

    name: str
    config: Config
    reader: ReaderName
    start: str | None
    average: tuple[str, ...] = ()
    start_share: float = 0
    stage: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the jobs whose weights it takes."""
        return (*self.average, *([self.start] if self.start else []))


def load_plan(path: Path) -> Plan:
    """Return the list of runs in a YAML file.

    Raises:
        ConfigError: one line for each error.
    """
    return validate(read_mapping(path, ConfigError), Plan, str(path), ConfigError)


def resolve(plan: Plan, settings: Settings) -> dict[str, Job]:
    """Return the jobs by name, each after those that it needs.

    Raises:
        ConfigError: if a run names what is not there, or a config is wrong.
    """
    jobs: dict[str, Job] = {}
    for name, run in plan.runs.items():
        backbone = run.backbone or settings.backbone
        if backbone not in plan.backbones:
            raise ConfigError(
                f"backbone {backbone!r} of {name!r} is unknown; expected one of {', '.join(plan.backbones)}"
            )
        start: str | None = None if run.start == BACKBONE else run.start
        if start == CORPORA:
            start = f"{CORPORA}, {backbone}, {run.reader}"
            if start not in jobs:
                config = _config(plan, plan.corpora, Run(), backbone, settings)
                jobs[start] = Job(start, config, run.reader, None, stage=True)
        config = _config(plan, plan.labelled, run, backbone, settings)
        job = Job(name, config, run.reader, start, tuple(run.average), run.start_share)
        for other in job.needs:
            if other not in jobs:
                raise ConfigError(
                    f"runs.{name}: {other!r} is no run before it; expected one of {', '.join(jobs)}"
                )
            if (jobs[other].reader, jobs[other].config.model) != (run.reader, config.model):
                raise ConfigError(
                    f"runs.{name}: {other!r} has another network; expected one with its weights"
                )
        jobs[name] = job
    return jobs


def with_needs(jobs: dict[str, Job], names: Sequence[str]) -> list[Job]:
    """Return the jobs of these names and those that they need, in the order of the list; no name: all.

    Raises:
        ConfigError: if there is no such run.
    """
    wanted = set(names) or set(jobs)
    if unknown := sorted(wanted - set(jobs)):
        raise ConfigError(f"--only {unknown[0]}: no such run; expected one of {', '.join(jobs)}")
    for job in reversed(jobs.values()):
        if job.name in wanted:
            wanted |= {*job.needs}
    return [job for job in jobs.values() if job.name in wanted]


def fingerprint(job: Job, jobs: dict[str, Job]) -> str:
    """Return the SHA-256 of all that a job's result depends on: configs, data files, the jobs before it."""
    before = [fingerprint(jobs[name], jobs) for name in job.needs]
    config = job.config.model_dump(mode="json", exclude={"output"})
    own = [config, job.reader, job.start_share, data_hashes(job.config), before]
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def _config(plan: Plan, stage: Stage, run: Run, backbone: str, settings: Settings) -> Config:
    """Return the config of a stage for a run, with its sources left out or limited."""
    changes = [*stage.set, *plan.backbones[backbone], *run.set, *settings.overrides]
    changes = [x.replace("{out}", str(settings.out)) for x in changes]
    changes += [
        f"data.corpora={json.dumps(str(settings.corpora))}",
        f"output.folder={json.dumps(str(settings.out))}",
    ]
    config = load_config(stage.config, changes)
    left_out = {x.replace("{out}", str(settings.out)) for x in (*stage.without, *run.without)}
    if unknown := sorted(left_out - {s.path for s in config.data.train}):
        raise ConfigError(f"without: {unknown[0]} is no path of data.train in {stage.config}")
    train = [s for s in config.data.train if s.path not in left_out]
    if settings.limit:
        train = [
            s.model_copy(update={"limit": min(s.limit or settings.limit, settings.limit)}) for s in train
        ]
    return config.model_copy(update={"data": config.data.model_copy(update={"train": train})})
