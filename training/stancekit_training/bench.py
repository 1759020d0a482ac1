"""Training examples a second, beside a bare loop of the transformers Trainer over the same encoder and texts.

    python -m stancekit_training.bench [--model M] [--steps N] [--out build/bench.json]

The bare loop has one linear layer on the mean of the states, and no targets. The figures are added to those of
``python -m stancekit_eval.bench`` in the same file.
"""

from __future__ import annotations

import argparse
import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import Trainer, TrainingArguments

from stancekit import StanceClassifier
from stancekit.codebook import Codebook
from stancekit_training.backbone import start
from stancekit_training.collate import Collator
from stancekit_training.config import load_config
from stancekit_training.data import training_data
from stancekit_training.fit import fit

BATCH = 16


class _Bare(nn.Module):
    """An encoder and a linear layer."""

    def __init__(self, backbone: Any) -> None:
        super().__init__()
        self.backbone, self.head = backbone, nn.Linear(int(backbone.config.hidden_size), 3)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: Tensor) -> dict[str, Tensor]:
        states = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        labels = input_ids.sum(1) % 3
        return {"loss": nn.functional.cross_entropy(self.head(states.mean(1)).float(), labels)}


def measure(config_file: Path, changes: list[str], steps: int) -> dict[str, float]:
    """Return examples a second of a training run and of the bare loop, and their ratio."""
    config = load_config(
        config_file, [*changes, f"training.max_steps={steps}", f"training.batch_size={BATCH}"]
    )
    network, encode = start(config.model)
    rows, table = training_data(config, encode)
    collate = Collator(table, encode, config.training.seed)
    bare = _Bare(copy.deepcopy(network.backbone))
    with tempfile.TemporaryDirectory() as run:
        classifier = StanceClassifier(network, encode, Codebook.load(config.data.codebook))
        trainer = fit(classifier, rows, collate, [], config.training, Path(run))
        arguments = TrainingArguments(
            output_dir=run, max_steps=steps, per_device_train_batch_size=BATCH, save_strategy="no", report_to=[],
            bf16=trainer.args.bf16, use_cpu=not torch.cuda.is_available(), remove_unused_columns=False,
            label_names=[], dataloader_pin_memory=False, disable_tqdm=True,
        )  # fmt: skip
        ordered = _InOrder(model=bare, args=arguments, train_dataset=rows, data_collator=collate)
        ordered.order = trainer._get_train_sampler()
        ordered.train()
    ours, theirs = (BATCH * steps / t.state.log_history[-1]["train_runtime"] for t in (trainer, ordered))
    return {
        "training_examples_per_second": round(ours, 1), "bare_trainer_examples_per_second": round(theirs, 1),
        "training_over_bare_trainer": round(ours / theirs, 2),
    }  # fmt: skip


class _InOrder(Trainer):
    """A Trainer that takes the rows in the order of another, so that both pad alike."""

    order: Any

    def _get_train_sampler(self, *_: Any) -> Any:
        return self.order


def main() -> None:
    """Print the figures and add them to those in a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("configs/fewshot.yaml"))
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="change the config")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    given = parser.parse_args()
    found = measure(given.config, given.set, given.steps)
    before = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(before | found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
