"""The public classifier: statements in, statements with stances out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any, Self

import torch

from stancekit.actors.finder import ActorFinder
from stancekit.articles.reading import parse_article, read_article
from stancekit.calibration import Calibration
from stancekit.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from stancekit.codebook import Codebook
from stancekit.decode import Decoder
from stancekit.encode import Encoded, StatementEncoder
from stancekit.errors import DataError, MissingExtraError
from stancekit.network import StanceNetwork, TargetVectors
from stancekit.records import Statement
from stancekit.runtimes.choose import candidates, fastest, make_runtime
from stancekit.runtimes.runtime import Outputs, Runtime
from stancekit.target_vectors import encode_codebook

WINDOW = 512
"""Statements read ahead; inside a window they are sorted by length so that a batch holds little padding."""


class StanceClassifier:
    """Scores statements against a codebook, each encoded once.

    Make one with ``from_pretrained``. Every method that predicts gives ``Statement`` records with ``stances``,
    ``abstained`` and, with ``all_scores``, ``scores`` filled in.

    Args:
        network: The network.
        encoder: Its tokenizer and length.
        codebook: What to score.
        calibration: Temperatures and thresholds.
        card: What else the checkpoint folder says of itself.
        device: Where to compute: ``cpu``, ``cuda``, ...; by default a GPU if there is one.
        runtime: What computes the pass, one of ``stancekit.runtimes.runtime.RUNTIMES``; ``auto`` measures for a second
            which of those at hand is fastest (``runtime.name`` tells). Scores differ a little between them.

    Raises:
        ConfigError: if there is no such runtime or it does not run on the device.
        MissingExtraError: if its package is not installed.
    """

    def __init__(
        self, network: StanceNetwork, encoder: StatementEncoder, codebook: Codebook,
        calibration: Calibration | None = None, *, card: Checkpoint | None = None, device: str | None = None,
        runtime: str = "torch",
    ) -> None:  # fmt: skip
        self.network, self.encoder, self.codebook = network, encoder, codebook
        self.calibration = calibration or Calibration()
        self.card = card
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.network.to(self.device).eval()
        self.finder = ActorFinder(codebook)
        self._targets: TargetVectors | None = None
        self.runtime = (
            self._fastest() if runtime == "auto" else make_runtime(runtime, network, self.device, card)
        )

    @classmethod
    def from_pretrained(
        cls, name_or_path: str | Path | None = None, *, device: str | None = None, runtime: str = "torch"
    ) -> Self:
        """Return the classifier of a checkpoint: the shipped one by default, a folder, or a hub name.

        Args:
            name_or_path: The checkpoint.
            device: Where to compute: ``cpu``, ``cuda``, ...; by default a GPU if there is one.
            runtime: ``torch``, ``torch-bf16``, ``onnx``, ``onnx-int8``, or ``auto`` for the fastest at hand.

        Raises:
            CheckpointError: if there is no such checkpoint or it is damaged.
            ConfigError: if there is no such runtime or it does not run on the device.
            MissingExtraError: if its package is not installed.
        """
        card = load_checkpoint(name_or_path)
        return cls(
            card.network, card.encoder, card.codebook, card.calibration,
            card=card, device=device, runtime=runtime,
        )  # fmt: skip

    def save_pretrained(self, folder: str | Path, *, extra_files: dict[str, str] | None = None) -> None:
        """Write the checkpoint folder; ``extra_files`` maps further file names to their text.

        Raises:
            OutputError: if the folder cannot be written.
        """
        save_checkpoint(
            Path(folder),
            self.network,
            self.encoder,
            self.codebook,
            self.calibration,
            extra_files=extra_files or {},
        )

    def with_codebook(self, codebook: Codebook | str | Path) -> Self:
        """Return a classifier with the same weights and another codebook, scored from its definitions alone."""
        book = codebook if isinstance(codebook, Codebook) else Codebook.load(codebook)
        return self._like(book, self.runtime.name)

    def with_runtime(self, runtime: str) -> Self:
        """Return a classifier with the same weights and codebook, computed by another runtime.

        Raises:
            ConfigError: if there is no such runtime or it does not run on the device.
            MissingExtraError: if its package is not installed.
        """
        return self._like(self.codebook, runtime)

    def _like(self, codebook: Codebook, runtime: str) -> Self:
        return type(self)(
            self.network, self.encoder, codebook, self.calibration,
            card=self.card, device=str(self.device), runtime=runtime,
        )  # fmt: skip

    def predict(
        self, text: str, *, speaker: str | None = None, context: Sequence[str] = (), all_scores: bool = False
    ) -> Statement:
        """Return one statement with its stances.

        Args:
            text: The statement.
            speaker: Who says it; None if unknown.
            context: The sentences before it, nearest last.
            all_scores: Also give every target considered, in ``scores``.

        Raises:
            DataError: if the text is empty.
        """
        if not text.strip():
            raise DataError("text: expected words, got an empty text")
        statement = Statement(id="0", text=text, speaker=speaker, context=tuple(context))
        return next(self.predict_many([statement], all_scores=all_scores))

    def predict_many(
        self, statements: Iterable[Statement | str], *, all_scores: bool = False, batch_size: int | None = None,
        min_probability: float | None = None,
    ) -> Iterator[Statement]:  # fmt: skip
        """Yield each statement with its stances, in the order given, reading ahead by a window only.

        Args:
            statements: Records, or bare texts.
            all_scores: Also give every target considered, in ``scores``.
            batch_size: Most statements a forward pass; by default as many as the runtime's ``batch_tokens`` hold.
                Changes no score beyond float tolerance.
            min_probability: Report stances from this probability on, in place of the checkpoint's thresholds.
        """
        records = (
            s if isinstance(s, Statement) else Statement(id=str(i), text=s) for i, s in enumerate(statements)
        )
        decode = Decoder(self.codebook, self.calibration)
        while window := list(islice(records, WINDOW)):
            rows = self.encoder.many(window, self.finder.find_many(window))
            done: list[Statement | None] = [None] * len(window)
            for part in batches([len(r.ids) for r in rows], self.runtime.batch_tokens, batch_size):
                for i, logits in zip(part, self._score([rows[i] for i in part]), strict=True):
                    done[i] = decode(window[i], rows[i], logits, all_scores=all_scores, least=min_probability)
            yield from (s for s in done if s is not None)

    def predict_article(self, source: str | Path, *, all_scores: bool = False) -> list[Statement]:
        """Return the statements of one article with speakers and stances.

        Args:
            source: The article's text, or a Path to its file.
            all_scores: Also give every target considered, in ``scores``.

        Raises:
            ArticleError: if the file cannot be read.
        """
        article = read_article(source) if isinstance(source, Path) else parse_article(source, id="article")
        return list(self.predict_many(article.statements, all_scores=all_scores))

    def fit(self, statements: Sequence[Statement], dev: Sequence[Statement] = (), **settings: Any) -> Self:
        """Return a classifier trained further on labelled statements of its codebook.

        Args:
            statements: Seeds, 50 or more.
            dev: Labelled statements to stop early and calibrate on; by default a fifth of the seeds.
            settings: Fields of the config's ``training`` section, e.g. ``epochs=10``.

        Raises:
            MissingExtraError: if stancekit's training package is not installed.
        """
        found = metadata.entry_points(group="stancekit.trainer", name="fewshot")
        if not found:
            raise MissingExtraError(
                'training is not installed; expected the whole package: pip install "stancekit"'
            )
        trained: Self = next(iter(found)).load()(self, statements, dev, **settings)
        return trained

    @property
    def targets(self) -> TargetVectors:
        """The codebook's target vectors, computed on first use."""
        if self._targets is None:
            with torch.inference_mode():
                self._targets = encode_codebook(self.network, self.encoder, self.codebook, self.device)
        return self._targets

    def _score(self, rows: list[Encoded]) -> list[Outputs]:
        out = self.runtime(self.encoder.batch(rows), self.targets)
        return [out.row(i) for i in range(len(rows))]

    def _fastest(self) -> Runtime:
        texts = [
            Statement(id=str(i), text=t.definition or t.name) for i, t in enumerate(self.codebook.targets)
        ]
        batch = self.encoder.batch(self.encoder.many(texts[:16], [()] * len(texts[:16])))
        return fastest(candidates(self.network, self.device, self.card), batch, self.targets)[0]


def batches(lengths: Sequence[int], tokens: int, most: int | None = None) -> Iterator[list[int]]:
    """Yield the indices of sequences in batches of about equal cost, the shortest first.

    Args:
        lengths: Tokens of each sequence.
        tokens: Most tokens of a batch, padding included; a longer sequence is a batch of its own.
        most: Most sequences of a batch.
    """
    part: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if part and ((len(part) + 1) * lengths[i] > tokens or len(part) == most):
            yield part
            part = []
        part.append(i)
    if part:
        yield part
