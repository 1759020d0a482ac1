"""The checkpoint folder: read, write, and say what is wrong with one.

config.json         backbone, sizes, longest sequence, packing, hash of the codebook
model.safetensors   weights, packed
tokenizer*.json     the backbone's tokenizer
codebook.yaml       the codebook it was trained on
calibration.json    temperature and thresholds a family
training.yaml, README.md   the resolved config and the model card, where training wrote it
manifest.json       hashes of all of these, and of the data
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

import torch
from pydantic import ValidationError
from ruamel.yaml import YAML

from stancekit.calibration import Calibration
from stancekit.codebook import Codebook
from stancekit.encode import StatementEncoder
from stancekit.errors import CheckpointError, OutputError
from stancekit.network import NetworkConfig, StanceNetwork
from stancekit.packing import Packing, pack, unpack

FORMAT = 1
WEIGHTS, CONFIG, BOOK, CALIBRATION, MANIFEST = (
    "model.safetensors", "config.json", "codebook.yaml", "calibration.json", "manifest.json"
)  # fmt: skip


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint folder holds; ``config`` and ``manifest`` are the JSON files as read."""

    path: Path
    network: StanceNetwork
    encoder: StatementEncoder
    codebook: Codebook
    calibration: Calibration
    config: dict[str, Any]
    manifest: dict[str, Any]


def default_folder() -> Path:
    """Return the folder of the checkpoint that ships with stancekit."""
    return Path(str(resources.files("stancekit") / "default"))


def find_folder(name_or_path: str | Path | None) -> Path:
    """Return the folder of a checkpoint: the shipped one for None, a path, or a hub name (fetched or cached).

    Raises:
        CheckpointError: if there is no such checkpoint.
    """
    if name_or_path is None:
        return default_folder()
    path = Path(name_or_path)
    if path.is_dir():
        return path
    if (
        isinstance(name_or_path, str)
        and re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name_or_path)
        and not path.exists()
    ):
        return _from_hub(name_or_path)
    raise CheckpointError(
        f"{name_or_path}: no such checkpoint; expected a folder with {CONFIG} and {WEIGHTS}"
    )


def load_checkpoint(name_or_path: str | Path | None = None) -> Checkpoint:
    """Return a checkpoint, its weights as fp32 on the CPU. Nothing in it is executed.

    Raises:
        CheckpointError: naming the file that is missing or damaged, and what was expected.
    """
    folder = find_folder(name_or_path)
    config = read_json(folder / CONFIG)
    if config.get("format") != FORMAT:
        raise CheckpointError(f"{folder / CONFIG}: format {config.get('format')!r}; expected {FORMAT}")
    codebook = Codebook.load(folder / BOOK)
    if codebook.sha256 != config.get("codebook_sha256"):
        raise CheckpointError(
            f"{folder / BOOK}: not the codebook this checkpoint was trained on; "
            "expected it unchanged (score another codebook with --codebook)"
        )
    try:
        calibration = Calibration.model_validate(read_json(folder / CALIBRATION))
        settings = NetworkConfig(**config["network"])
        longest = int(config["max_length"])
    except (ValidationError, KeyError, TypeError, ValueError) as e:
        raise CheckpointError(f"{folder}: {CONFIG} or {CALIBRATION} has a wrong field: {_short(e)}") from None
    encoder = StatementEncoder(_tokenizer(folder), longest)
    network = StanceNetwork(_backbone(folder, config), settings)
    state = _weights(folder / WEIGHTS)
    try:
        network.load_state_dict(state)
    except RuntimeError as e:
        raise CheckpointError(f"{folder / WEIGHTS}: does not fit {CONFIG}: {_short(e)}") from None
    manifest = read_json(folder / MANIFEST) if (folder / MANIFEST).exists() else {}
    return Checkpoint(folder, network.eval(), encoder, codebook, calibration, config, manifest)


def save_checkpoint(
    folder: Path, network: StanceNetwork, encoder: StatementEncoder, codebook: Codebook, calibration: Calibration,
    *, packing: Packing = "float16", extra_files: dict[str, str] | None = None, data: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """Write a checkpoint folder.

    Args:
        folder: Made if it is not there.
        network: Weights to store.
        encoder: Its tokenizer is stored.
        codebook: What it was trained on.
        calibration: Temperatures and thresholds.
        packing: How weights are stored.
        extra_files: File name -> text, e.g. the model card.
        data: Name -> hash of what it was trained on, for the manifest.

    Raises:
        OutputError: if the folder cannot be written.
    """
    from safetensors.torch import save_file

    config = {
        "format": FORMAT, "max_length": encoder.max_length, "packing": packing,
        "network": asdict(network.config), "codebook_sha256": codebook.sha256,
        "backbone": network.backbone.config.to_diff_dict(),
    }  # fmt: skip
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        save_file(pack(network.state_dict(), packing), folder / WEIGHTS, metadata={"format": "pt"})
        encoder.tokenizer.save_pretrained(folder)
        write_json(folder / CONFIG, config)
        with (folder / BOOK).open("w", encoding="utf-8") as file:
            YAML(typ="safe", pure=True).dump(codebook.model_dump(exclude_none=True), file)
        write_json(folder / CALIBRATION, calibration.model_dump())
        for name, text in (extra_files or {}).items():
            (folder / name).write_text(text, encoding="utf-8")
        files = {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.is_file() and p.name != MANIFEST}
        write_json(folder / MANIFEST, {"files": files, "data": data or {}})


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an operating system error while writing ``path`` into an OutputError that names it."""
    try:
        yield
    except OSError as e:
        raise OutputError(f"{e.filename or path}: cannot be written: {e.strerror or e}") from None


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file of a checkpoint.

    Raises:
        CheckpointError: if it is missing or no JSON object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise CheckpointError(f"{path}: cannot be read: {e.strerror}") from None
    except ValueError as e:
        raise CheckpointError(f"{path}: not valid JSON: {e}") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"{path}: expected a JSON object")
    return cast(dict[str, Any], data)


def write_json(path: Path, data: object) -> None:
    """Write an object as indented JSON with a final newline."""
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _weights(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return unpack(load_file(path))
    except (OSError, SafetensorError, ValueError) as e:
        raise CheckpointError(
            f"{path}: damaged or missing; expected a safetensors file: {_short(e)}"
        ) from None
    except KeyError as e:
        raise CheckpointError(f"{path}: the scale of a packed weight is missing: {e}") from None


def _backbone(folder: Path, config: dict[str, Any]) -> Any:
    from transformers import AutoConfig, AutoModel

    try:
        settings = dict(config["backbone"])
        made = AutoConfig.for_model(settings.pop("model_type"), **settings)
        return AutoModel.from_config(made, add_pooling_layer=False)
    except (KeyError, TypeError, ValueError) as e:
        raise CheckpointError(f"{folder / CONFIG}: no usable backbone: {_short(e)}") from None


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    if not (folder / "tokenizer.json").exists():
        raise CheckpointError(f"{folder / 'tokenizer.json'}: missing; expected the backbone's tokenizer")
    try:
        return AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as e:  # the tokenizers library raises bare Exception on a damaged file
        raise CheckpointError(f"{folder / 'tokenizer.json'}: damaged: {_short(e)}") from None


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        offline = os.environ.get("HF_HUB_OFFLINE") == "1"
        wanted = ["*.json", "*.safetensors", "*.yaml", "*.txt", "*.md"]
        return Path(snapshot_download(name, allow_patterns=wanted, local_files_only=offline))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as e:
        raise CheckpointError(
            f"{name}: no such folder, and not to be had from the hub: {_short(e)}"
        ) from None


def _short(e: BaseException) -> str:
    text = " ".join(str(e).split())
    return text if len(text) <= 200 else text[:197] + "..."
