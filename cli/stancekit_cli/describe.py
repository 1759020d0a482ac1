"""A checkpoint folder in words, from its files alone; the weights are not loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stancekit.calibration import Calibration
from stancekit.checkpoint import BOOK, CALIBRATION, CONFIG, MANIFEST, WEIGHTS, find_folder, read_json, sha256
from stancekit.codebook import Codebook
from stancekit.errors import CheckpointError


def describe(model: str | None) -> Iterator[str]:
    """Yield the lines that describe a checkpoint.

    Raises:
        CheckpointError: if there is no such checkpoint or it is damaged.
    """
    folder = find_folder(model)
    config = read_json(folder / CONFIG)
    yield f"checkpoint    {folder}"
    yield from _model(folder, config)
    yield from _codebook(folder, config)
    yield from _calibration(folder)
    yield from _manifest(folder)
    yield from _card(folder)


def _model(folder: Path, config: dict[str, Any]) -> Iterator[str]:
    backbone = dict(config.get("backbone") or {})
    layers, size = backbone.get("num_hidden_layers", "?"), backbone.get("hidden_size", "?")
    yield f"backbone      {backbone.get('model_type', '?')}, {layers} layers, {size} wide"
    yield f"parameters    {_parameters(folder / WEIGHTS):,}, stored as {config.get('packing', '?')}"
    total = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    yield f"size          {total / 1e6:.1f} MB; weights {(folder / WEIGHTS).stat().st_size / 1e6:.1f} MB"
    yield f"sequence      at most {config.get('max_length', '?')} tokens"


def _parameters(path: Path) -> int:
    """Return the number of weights from the header of a safetensors file, packed ones counted as unpacked."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            shapes = {k: file.get_slice(k).get_shape() for k in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as e:
        raise CheckpointError(f"{path}: damaged or missing; expected a safetensors file: {e}") from None
    total = 0
    for name, shape in shapes.items():
        count = 1
        for length in shape:
            count *= length
        total += 0 if name.endswith(".scale") else 2 * count if name.endswith(".int4") else count
    return total


def _codebook(folder: Path, config: dict[str, Any]) -> Iterator[str]:
    book = Codebook.load(folder / BOOK)
    same = "" if book.sha256 == config.get("codebook_sha256") else "; NOT the one it was trained on"
    counts = f"{len(book.outcomes)} outcomes, {len(book.accusations)} accusations"
    actors = "actors evaluated" if book.actors else "no actors"
    yield f"codebook      {book.name}, version {book.version}: {counts}, {actors}{same}"


def _calibration(folder: Path) -> Iterator[str]:
    found = Calibration.model_validate(read_json(folder / CALIBRATION))
    fitted = f", fitted on {found.fitted_on}" if found.fitted_on else ", not fitted"
    yield f"calibration   temperature, threshold, abstains from{fitted}"
    for name in ("outcome", "actor", "accusation"):
        c = getattr(found, name)
        yield f"  {name:<11} {c.temperature:.2f}, {c.threshold:.2f}, {c.abstain_above:.2f}"


def _manifest(folder: Path) -> Iterator[str]:
    if not (folder / MANIFEST).exists():
        yield "manifest      none"
        return
    manifest = read_json(folder / MANIFEST)
    files = dict(manifest.get("files") or {})
    changed = [n for n, h in files.items() if not (folder / n).is_file() or sha256(folder / n) != h]
    state = f"changed since: {', '.join(sorted(changed))}" if changed else "all as written"
    yield f"manifest      {len(files)} files, {state}"
    data = dict(manifest.get("data") or {})
    yield f"data          {len(data)} files hashed" if data else "data          no hashes"
    for name, value in data.items():
        yield f"  {str(value)[:16]}  {name}"


def _card(folder: Path) -> Iterator[str]:
    """Yield the model card's own text, without its front matter."""
    path = folder / "README.md"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if text.startswith("---\n"):
        text = text.partition("\n---\n")[2]
    yield ""
    yield text.strip()
