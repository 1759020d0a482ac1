"""A training run: config to data to fit to checkpoint folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from ruamel.yaml import YAML
from transformers import TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from stancekit.checkpoint import save_checkpoint, writing
from stancekit.classifier import StanceClassifier
from stancekit.codebook import Codebook
from stancekit.network import StanceNetwork
from stancekit.packing import pack, unpack
from stancekit.records import Statement
from stancekit_training.backbone import start
from stancekit_training.calibrate import calibrate, score
from stancekit_training.card import model_card
from stancekit_training.collate import Collator
from stancekit_training.config import Config, TrainingSection
from stancekit_training.data import data_hashes, dev_data, training_data
from stancekit_training.objective import Objective
from stancekit_training.precision import pick_precision
from stancekit_training.trainer import StanceTrainer


def train(config: Config, *, resume: bool = False) -> Path:
    """Train as the config says and return the checkpoint folder.

    Args:
        config: The run.
        resume: Go on from the last work checkpoint, to the result of an undisturbed run; without one, start anew.

    Raises:
        StancekitError: if something the user gave is wrong, or a file cannot be written.
    """
    run = Path(f"{config.output.folder}.run")
    with writing(run):
        first = os.environ.get("RANK", "0") == "0"  # of several processes under `accelerate launch`
        if first and not resume and run.exists():
            shutil.rmtree(run)
        run.mkdir(parents=True, exist_ok=True)
    set_seed(config.training.seed)
    network, encode = start(config.model)
    dev = dev_data(config)
    rows, table = training_data(config, encode)
    classifier = StanceClassifier(network, encode, Codebook.load(config.data.codebook))
    collate = Collator(table, encode, config.training.seed)
    with writing(run):
        trainer = fit(classifier, rows, collate, dev, config.training, run, resume=resume)
    if config.training.start_share:
        average(network, start(config.model)[0], config.training.start_share)
    if trainer.is_world_process_zero():
        names = ", ".join(s.path for s in config.data.dev) or f"held out from {config.data.train[0].path}"
        finish(classifier, dev, config, data_hashes(config), names)
    return Path(config.output.folder)


def fit(
    classifier: StanceClassifier, rows: Any, collate: Collator, dev: list[Statement], section: TrainingSection,
    run: Path, *, resume: bool = False,
) -> StanceTrainer:  # fmt: skip
    """Train a classifier's network in place, its best weights on dev put back, and return the trainer.

    Without dev statements nothing is measured or saved on the way, and the last weights stay.
    """
    precision = pick_precision(section.precision, classifier.network)
    set_seed(section.seed)
    arguments = TrainingArguments(
        output_dir=str(run), num_train_epochs=section.epochs, max_steps=section.max_steps or -1,
        per_device_train_batch_size=section.batch_size, learning_rate=section.learning_rate,
        lr_scheduler_type="cosine", warmup_steps=section.warmup, weight_decay=section.weight_decay,
        bf16=precision == "bf16", use_cpu=not torch.cuda.is_available(), seed=section.seed,
        data_seed=section.seed, eval_strategy="epoch" if dev else "no", save_strategy="steps" if dev else "no",
        save_steps=section.save_steps, save_total_limit=2, logging_steps=20,
        report_to=[], remove_unused_columns=False, label_names=[], dataloader_pin_memory=False,
        ddp_find_unused_parameters=True,
    )  # fmt: skip
    trainer = StanceTrainer(
        classifier=classifier, dev=dev, section=section, run=run, model=Objective(classifier.network),
        args=arguments, train_dataset=rows, data_collator=collate,
    )  # fmt: skip
    last = get_last_checkpoint(str(run)) if resume else None
    trainer.train(resume_from_checkpoint=last)
    trainer.load_best()
    classifier.network.eval()
    return trainer


def average(network: StanceNetwork, other: StanceNetwork, share: float) -> None:
    """Move a network's weights toward another's: ``share`` of the other's, the rest its own.

    Averaging fine-tuned weights with those they started from: Wortsman et al., *Robust fine-tuning of zero-shot
    models* (2022). The two must go back to the same training run, or the average is no use.
    """
    theirs = other.state_dict()
    with torch.no_grad():
        for name, weight in network.state_dict().items():
            if weight.is_floating_point():
                weight.lerp_(theirs[name].to(weight), share)


def finish(
    classifier: StanceClassifier, dev: list[Statement], config: Config, hashes: dict[str, str],
    dev_name: str,
) -> None:  # fmt: skip
    """Calibrate the weights as they will be loaded, and write the checkpoint folder with its card."""
    packed = pack(classifier.network.state_dict(), config.output.packing)
    classifier.network.load_state_dict(unpack(packed))
    classifier = StanceClassifier(
        classifier.network, classifier.encoder, classifier.codebook, device=str(classifier.device)
    )
    scored = score(classifier, dev)
    classifier.calibration = calibrate(dev, scored, dev_name)
    folder = Path(config.output.folder)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "training.yaml").open("w", encoding="utf-8") as file:
            YAML(typ="safe", pure=True).dump(config.model_dump(exclude_none=True), file)
    save_checkpoint(
        folder, classifier.network, classifier.encoder, classifier.codebook, classifier.calibration,
        packing=config.output.packing, data=hashes,
        extra_files={"README.md": model_card(config, classifier, dev, scored)},
    )  # fmt: skip
