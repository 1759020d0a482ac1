"""The transformers Trainer with stancekit's order of rows, rates, dev score and record of metrics."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file, save_file
from torch.optim import AdamW, Optimizer
from transformers import Trainer, TrainerCallback

from stancekit.classifier import StanceClassifier
from stancekit.records import Statement
from stancekit_eval.metrics import micro_f1
from stancekit_training.calibrate import apply, calibrate, score
from stancekit_training.config import TrainingSection
from stancekit_training.order import LengthOrder

BEST = "best.safetensors"


class StanceTrainer(Trainer):
    """A Trainer whose evaluation is the dev score of the real classifier.

    Args:
        classifier: Holds the network that is trained, its encoder and codebook.
        dev: Labelled statements.
        section: Rates, seed, patience.
        run: Folder of the work files.
        kwargs: What Trainer takes.
    """

    def __init__(
        self,
        *,
        classifier: StanceClassifier,
        dev: list[Statement],
        section: TrainingSection,
        run: Path,
        **kwargs: Any,
    ) -> None:
        super().__init__(eval_dataset=[], **kwargs)
        self.classifier, self.dev, self.section, self.run = classifier, dev, section, run
        self.add_callback(_Log(run / "metrics.jsonl"))

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthOrder:
        rows: Any = train_dataset if train_dataset is not None else self.train_dataset
        return LengthOrder(rows["length"], self.section.batch_size, self.section.seed)

    def create_optimizer(self, model: Any = None) -> Optimizer:
        """Return AdamW with a rate of its own for the backbone and the heads, no decay on one-dimensional weights."""
        if self.optimizer is None:
            groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
            for name, weight in cast(torch.nn.Module, self.model).named_parameters():
                if weight.requires_grad:
                    groups.setdefault((".backbone." in name, weight.dim() > 1), []).append(weight)
            self.optimizer = AdamW(
                [
                    {
                        "params": weights,
                        "lr": self.section.learning_rate if backbone else self.section.head_learning_rate,
                        "weight_decay": self.section.weight_decay if decays else 0.0,
                    }
                    for (backbone, decays), weights in sorted(groups.items(), key=lambda g: g[0])
                ],
                fused=True,
            )
        return self.optimizer

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Return micro F1 on dev by family and their mean, at the best thresholds; keep the best weights."""
        classifier = StanceClassifier(
            self.classifier.network,
            self.classifier.encoder,
            self.classifier.codebook,
            device=str(self.args.device),
        )
        with (
            torch.autocast(self.args.device.type, torch.bfloat16)
            if self.args.bf16
            else contextlib.nullcontext()
        ):
            scored = score(classifier, self.dev)
        calibration = calibrate(self.dev, scored, "dev")
        f1 = micro_f1(self.dev, [apply(calibration, s) for s in scored])
        self.classifier.network.train()
        mean = (f1["outcome"] + f1["actor"] + f1["accusation"]) / 3
        metrics = {f"eval_{k}": v for k, v in f1.items()} | {"eval_score": mean}
        if mean >= max((x["eval_score"] for x in self.state.log_history if "eval_score" in x), default=0.0):
            self._keep()
        self.log(metrics)
        self._stop_early()
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def load_best(self) -> None:
        """Put the weights of the best evaluation back into the network."""
        if (self.run / BEST).exists():
            self.classifier.network.load_state_dict(load_file(self.run / BEST))

    def _keep(self) -> None:
        if self.is_world_process_zero():
            part = self.run / f"{BEST}.part"
            save_file(self.classifier.network.state_dict(), part)
            part.replace(self.run / BEST)

    def _stop_early(self) -> None:
        scores = [x["eval_score"] for x in self.state.log_history if "eval_score" in x]
        since = len(scores) - 1 - max(i for i, s in enumerate(scores) if s == max(scores))
        if since >= self.section.patience:
            self.control.should_training_stop = True


class _Log(TrainerCallback):
    """Writes each logged row as a line of JSON; a resumed run drops the rows past its checkpoint first."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            lines = self.path.read_text().splitlines() if self.path.exists() else []
            kept = [x for x in lines if x.endswith("}") and json.loads(x)["step"] <= state.global_step]
            self.path.write_text("".join(x + "\n" for x in kept if state.global_step))

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any
    ) -> None:
        if state.is_world_process_zero:
            with self.path.open("a") as file:
                file.write(json.dumps({"step": state.global_step, **(logs or {})}) + "\n")
