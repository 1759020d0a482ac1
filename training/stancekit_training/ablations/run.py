"""One run after the other: train, calibrate, measure; what is done already is not done again."""

from __future__ import annotations

import copy
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from safetensors.torch import load_file, save_file
from transformers import set_seed

from stancekit.actors.finder import ActorFinder
from stancekit.checkpoint import writing
from stancekit.classifier import StanceClassifier
from stancekit.codebook import Codebook
from stancekit.encode import StatementEncoder
from stancekit.network import StanceNetwork
from stancekit.packing import pack, unpack
from stancekit.records import Statement
from stancekit_eval.metrics import Figure, tables
from stancekit_training.ablations.after import CrossAttention
from stancekit_training.ablations.inside import InsideNetwork
from stancekit_training.ablations.plan import Job, ReaderName, fingerprint
from stancekit_training.backbone import start
from stancekit_training.calibrate import apply, calibrate, score
from stancekit_training.collate import Collator
from stancekit_training.data import training_data
from stancekit_training.fit import average, fit

RESULT, WEIGHTS = "result.json", "weights.safetensors"
TUNED = ("real news, dev", "written articles, dev")
"""The sets that temperatures and thresholds are fitted on, as those of the shipped checkpoint are."""
RESAMPLES = 1000


class Result(BaseModel):
    """What a run found.

    Attributes:
        name: Of the run.
        sha256: Of all that it depends on; another means that it is to be done again.
        rows: Training rows; 0 if nothing was trained.
        steps: Batches trained on.
        precision: Arithmetic, fp32 or bf16.
        seconds: For training and measuring.
        f1: Micro F1 with its 95% bootstrap interval, by set and family.
    """

    name: str
    sha256: str
    rows: int
    steps: int
    precision: str
    seconds: float
    f1: dict[str, dict[str, Figure]]


class Lab:
    """Does jobs and keeps their results in a folder, and the weights of those that others go on from.

    Args:
        jobs: All jobs by name.
        out: The folder.
        sets: Labelled statements by name, to measure on.
    """

    def __init__(self, jobs: Mapping[str, Job], out: Path, sets: Mapping[str, list[Statement]]) -> None:
        self.jobs, self.out, self.sets = dict(jobs), out, sets
        self.needed = {name for job in jobs.values() for name in job.needs}
        self._finders: dict[str, ActorFinder] = {}

    def do(self, job: Job) -> Result:
        """Return a job's result: the one that lies there, or a new one.

        Raises:
            StancekitError: if something the user gave is wrong, or a result cannot be written.
        """
        folder, key = self._folder(job.name), fingerprint(job, self.jobs)
        found = _read(folder / RESULT)
        kept = (folder / WEIGHTS).exists() or job.name not in self.needed
        if found and found.sha256 == key and kept:
            return found
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / RESULT).unlink(missing_ok=True)  # else it could be taken for that of the new weights
        print(f"{job.name} ...", file=sys.stderr, flush=True)
        begin = time.perf_counter()
        network, encode = self._begin(job)
        classifier = StanceClassifier(network, encode, Codebook.load(job.config.data.codebook))
        classifier.finder = self._finder(classifier.codebook)
        facts = self._average(network, job) if job.average else self._train(classifier, job)
        if job.start_share:
            average(network, self._begin(job)[0].to(classifier.device), job.start_share)
        network.eval()
        f1 = {} if job.stage else self._measure(classifier)
        seconds = round(time.perf_counter() - begin, 1)
        result = Result(name=job.name, sha256=key, f1=f1, seconds=seconds, **facts)
        with writing(folder):
            if job.name in self.needed:
                save_file(pack(network.state_dict(), "float16"), folder / WEIGHTS)
            part = folder / f"{RESULT}.part"
            part.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
            part.replace(folder / RESULT)
        return result

    def _train(self, classifier: StanceClassifier, job: Job) -> dict[str, Any]:
        """Train a classifier's network in place, to the last step, and return what the result says of it."""
        encode, section = classifier.encoder, job.config.training
        rows, table = training_data(job.config, encode, self._finder)
        with tempfile.TemporaryDirectory(dir=self.out) as work:
            trainer = fit(classifier, rows, Collator(table, encode, section.seed), [], section, Path(work))
        precision = "bf16" if trainer.args.bf16 else "fp32"
        return {"rows": len(rows), "steps": trainer.state.global_step, "precision": precision}

    def _average(self, network: StanceNetwork, job: Job) -> dict[str, Any]:
        """Put the mean weights of other jobs into a network, and return what the result says of it."""
        other = copy.deepcopy(network)
        for number, name in enumerate(job.average):
            self._load(other, name)
            average(network, other, 1 / (number + 1))
        return {"rows": 0, "steps": 0, "precision": ""}

    def _begin(self, job: Job) -> tuple[StanceNetwork, StatementEncoder]:
        """Return the network as a job starts with it, on the CPU."""
        set_seed(job.config.training.seed)
        network, encode = start(job.config.model)
        network = with_reader(network, job.reader)
        if job.start:
            self._load(network, job.start)
        return network, encode

    def _measure(self, classifier: StanceClassifier) -> dict[str, dict[str, Figure]]:
        scored = {name: score(classifier, gold) for name, gold in self.sets.items()}
        dev = [s for name in TUNED for s in self.sets[name]]
        calibration = calibrate(dev, [s for name in TUNED for s in scored[name]], "dev")
        found = {}
        for name, gold in self.sets.items():
            predicted = [apply(calibration, s) for s in scored[name]]
            rows = tables(gold, predicted, classifier.codebook, resamples=RESAMPLES, seed=0)["by_family"]
            found[name] = {r.view: r.f1 for r in rows}
        return found

    def _load(self, network: StanceNetwork, name: str) -> None:
        network.load_state_dict(unpack(load_file(self._folder(name) / WEIGHTS)))

    def _finder(self, codebook: Codebook) -> ActorFinder:
        """Return a codebook's finder, the same one each time: the runs share most of their sentences."""
        return self._finders.setdefault(codebook.sha256, ActorFinder(codebook))

    def _folder(self, name: str) -> Path:
        return self.out / re.sub(r"\W+", "-", name).strip("-")


def with_reader(network: StanceNetwork, name: ReaderName) -> StanceNetwork:
    """Return the network with targets that read in another way, what is new of it at random; ``similarity``: itself."""
    if name == "inside":
        return InsideNetwork(network.backbone, network.config)
    if name == "after":
        reader: Any = CrossAttention(int(network.backbone.config.hidden_size), network.config)
        network.reader = reader
    return network


def _read(path: Path) -> Result | None:
    """Return the result in a file, None if there is none that can be read."""
    try:
        return Result.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None
