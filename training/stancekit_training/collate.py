"""Examples to a batch: padded statements, the targets they are asked about, and the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stancekit.codebook import Target
from stancekit.encode import Encoded, StatementEncoder
from stancekit_training.examples import UNKNOWN, TargetTable

KEEP = 0.35
"""Share of the targets without a stance in the batch that are asked about, each then counted 1 / KEEP times.

Targets are encoded in every step; asking about all of them would cost as much as the statements themselves.
"""
NAME_ONLY, DEFINITION_ONLY = 0.1, 0.4
"""Shares of the targets shown by their name, or by their definition, alone: a new codebook has other names."""


class Collator:
    """Makes a batch of examples, with every target of the codebooks that occur in it.

    A target of one codebook is labelled none for the rows of another: negatives from other subjects.

    Args:
        table: All targets.
        encode: The statement encoder.
        seed: Of the choice how each target is shown.
        vary: Show targets by name or definition alone now and then, and not all in each batch.
    """

    def __init__(self, table: TargetTable, encode: StatementEncoder, seed: int, *, vary: bool = True) -> None:
        self.table, self.encode, self.seed, self.vary = table, encode, seed, vary

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Return the batch of ``StatementEncoder.batch`` with targets and labels.

        Adds ``target_ids``, ``target_mask`` (K, T), ``families`` (K,): 0 outcome, 1 actor, 2 accusation, in this
        order, ``target_weights``, ``target_numbers`` in the table (K,); ``outcome_labels`` (B, O), ``actor_labels``
        (B, A), ``accusation_labels`` (B, A, C), ``charge_labels`` (B, C); where rows have a ``choice``, the one charge
        of their codebook that fits, ``choice_labels`` (B,).
        """
        encoded = [
            Encoded(r["ids"], r["types"], r["text_start"], r["spans"], r["names"], r["mentions"], r["roles"])
            for r in rows
        ]
        batch = self.encode.batch(encoded)
        random = np.random.default_rng([self.seed, *(sum(r["ids"]) for r in rows)])
        asked, weight = self._asked(rows, random)
        groups: dict[str, list[int]] = {"outcome": [], "actor": [], "accusation": []}
        for number in asked:
            groups[self.table.targets[number].family].append(number)
        if not groups["actor"] and any(r["actors"] for r in rows):
            groups["actor"] = [i for i, t in enumerate(self.table.targets) if t.family == "actor"][:1]
        ordered = [n for g in groups.values() for n in g]
        shown = self.encode.targets(self._shown(ordered, random))
        families = torch.tensor([k for k, g in enumerate(groups.values()) for _ in g])
        batch |= {
            "target_ids": shown["input_ids"],
            "target_mask": shown["attention_mask"],
            "families": families,
        }
        batch["target_weights"] = torch.tensor([weight.get(n, 1.0) for n in ordered])
        batch["target_numbers"] = torch.tensor(ordered)
        return batch | self._labels(rows, groups, batch["roles"].shape[1])

    def _asked(
        self, rows: Sequence[dict[str, Any]], random: np.random.Generator
    ) -> tuple[list[int], dict[int, float]]:
        """Return the targets of a batch, and how often those count that stand for others left out."""
        books = {t for b in {r["book"] for r in rows} if b >= 0 for t in self.table.books[b]}
        named = {t for r in rows for t, _ in r["outcomes"]} | {c for r in rows for _, c in r["charges"]}
        named |= {t for t in books if self.table.targets[t].family == "actor"}
        others = sorted(books - named)
        if not self.vary:
            return sorted(named | books), {}
        kept = [t for t, x in zip(others, random.random(len(others)), strict=True) if x < KEEP]
        return sorted([*named, *kept]), dict.fromkeys(kept, 1 / KEEP)

    def _shown(self, numbers: list[int], random: np.random.Generator) -> list[Target]:
        """Return the targets as they are shown in this batch: the choice depends on seed and rows alone."""
        targets = [self.table.targets[n] for n in numbers]
        if not self.vary:
            return targets
        out = []
        for target, x in zip(targets, random.random(len(targets)), strict=True):
            if x < NAME_ONLY and target.name and target.family != "actor":
                out.append(target._replace(definition=""))
            elif x < NAME_ONLY + DEFINITION_ONLY and target.definition:
                out.append(target._replace(name=""))
            else:
                out.append(target)
        return out

    def _labels(
        self, rows: Sequence[dict[str, Any]], groups: dict[str, list[int]], most: int
    ) -> dict[str, Tensor]:
        n, o, c = len(rows), len(groups["outcome"]), len(groups["accusation"])
        column = {number: i for g in groups.values() for i, number in enumerate(g)}
        outcomes, actors = torch.full((n, o), UNKNOWN), torch.full((n, most), UNKNOWN)
        accusations, charges = torch.full((n, most, c), UNKNOWN), torch.full((n, c), UNKNOWN)
        choices = torch.full((n,), UNKNOWN)
        names = [self.table.targets[t].name for t in groups["outcome"]]
        for i, row in enumerate(rows):
            if row.get("choice") is not None:
                choices[i] = column.get(row["choice"], UNKNOWN)
                continue
            book = set(self.table.books[row["book"]]) if row["book"] >= 0 else set()
            own = {self.table.targets[t].name for t in book}
            for j, number in enumerate(groups["outcome"]):
                if book and (number in book or names[j] not in own):
                    outcomes[i, j] = 0
            for number, label in row["outcomes"]:
                outcomes[i, column[number]] = label
            if row["actors"]:
                actors[i, : len(row["actors"])] = torch.tensor(row["actors"])
            known = [column[t] for t in book if t in column and self.table.targets[t].family == "accusation"]
            for j in known:
                charges[i, j] = 0
                accusations[i, : len(row["actors"]), j] = 0
            for a in row["open_actors"]:
                accusations[i, a] = UNKNOWN
            for a, number in row["charges"]:
                charges[i, column[number]] = accusations[i, a, column[number]] = 1
        labels = {
            "outcome_labels": outcomes, "actor_labels": actors, "accusation_labels": accusations,
            "charge_labels": charges,
        }  # fmt: skip
        chosen = any(r.get("choice") is not None for r in rows)
        return labels | {"choice_labels": choices} if chosen else labels
