"""Statement and actors to token ids: the one ``encode`` that training and prediction share.

A statement becomes ``speaker : context <sep> statement``. The context is cut from the left, so that the nearest
sentence stays; the statement from the right. Each actor is the set of tokens that mention it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from stancekit.actors.actor import TEXT, Actor
from stancekit.actors.finder import same_actor
from stancekit.codebook import Target
from stancekit.records import NARRATOR, Statement

IN_TEXT, IS_SPEAKER = 1, 2
"""Bits of an actor's role: named in the statement itself (not only in its context); the speaker itself."""
ROLES = 4

Tokens = tuple[list[int], list[tuple[int, int]]]
"""Token ids of a text, and the character span of each."""


@dataclass(frozen=True)
class Encoded:
    """One statement as token ids.

    Attributes:
        ids: Token ids, special tokens included.
        types: Segment of each token (0 speaker and context, 1 statement).
        text_start: Index of the statement's first token.
        spans: Character span in the statement's text of each of its tokens.
        actors: Names of the actors that have a token left after truncation.
        mentions: For each of these, the indices of its tokens.
        roles: For each of these, the bits IN_TEXT and IS_SPEAKER.
    """

    ids: list[int]
    types: list[int]
    text_start: int
    spans: list[tuple[int, int]]
    actors: list[str]
    mentions: list[list[int]]
    roles: list[int]


class StatementEncoder:
    """Turns statements and targets into token ids with a backbone's tokenizer.

    Args:
        tokenizer: A fast tokenizer of transformers.
        max_length: Longest sequence in tokens, special tokens included.
    """

    def __init__(self, tokenizer: Any, max_length: int = 192) -> None:
        self.tokenizer, self.max_length = tokenizer, max_length
        # How this backbone joins two segments, learnt from its own tokenizer: <cls> A <sep> (<sep>) B <sep>.
        pair = tokenizer("a", "b")["input_ids"]
        a, b = (pair.index(tokenizer(x, add_special_tokens=False)["input_ids"][0]) for x in "ab")
        self._head, self._middle, self._tail = pair[:a], pair[a + 1 : b], pair[b + 1 :]
        self._typed = "token_type_ids" in tokenizer("a")

    def __call__(self, statement: Statement, actors: Sequence[Actor]) -> Encoded:
        """Return a statement as token ids, with the tokens that mention each actor."""
        return self.many([statement], [actors])[0]

    def many(self, statements: Sequence[Statement], actors: Iterable[Sequence[Actor]]) -> list[Encoded]:
        """Return statements as token ids, each with its actors.

        All are tokenized in one call, and a sentence that is one's text and another's context just once.
        """
        tokens = self._tokens({t for s in statements for t in (_speaker(s), *s.context, s.text)})
        return [self._one(s, a, tokens) for s, a in zip(statements, actors, strict=True)]

    def _tokens(self, texts: set[str]) -> dict[str, Tokens]:
        """Return the token ids of each text, and the character span of each token."""
        listed = sorted(texts)
        if not listed:
            return {}
        out = self.tokenizer(listed, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return dict(zip(listed, zip(out["input_ids"], out["offset_mapping"], strict=True), strict=True))

    def _one(self, statement: Statement, actors: Sequence[Actor], tokens: dict[str, Tokens]) -> Encoded:
        room = self.max_length - len(self._head) - len(self._middle) - len(self._tail)
        who = tokens[_speaker(statement)][0][: room // 4]
        text_ids, text_spans = tokens[statement.text]
        text_ids, text_spans = text_ids[: room - len(who)], text_spans[: room - len(who)]
        context_ids, context_at = _context(
            [tokens[c] for c in statement.context], room - len(who) - len(text_ids)
        )
        ids = [*self._head, *who, *context_ids, *self._middle, *text_ids, *self._tail]
        context_start = len(self._head) + len(who)
        text_start = context_start + len(context_ids) + len(self._middle)
        where = [(seg, s, e, context_start + i) for i, (seg, s, e) in enumerate(context_at)]
        where += [(TEXT, s, e, text_start + i) for i, (s, e) in enumerate(text_spans)]
        names, mentions, roles = self._actors(statement, actors, where)
        types = [0] * text_start + [1] * (len(ids) - text_start)
        return Encoded(ids, types, text_start, text_spans, names, mentions, roles)

    def _actors(
        self, statement: Statement, actors: Sequence[Actor], where: list[tuple[int, int, int, int]]
    ) -> tuple[list[str], list[list[int]], list[int]]:
        """Return names, token indices and roles of the actors that still have a token."""
        names, mentions, roles = [], [], []
        by_segment: dict[int, list[tuple[int, int, int]]] = {}
        for seg, s, e, token in where:
            by_segment.setdefault(seg, []).append((s, e, token))
        for actor in actors:
            tokens = [
                t
                for m in actor.mentions
                for s, e, t in by_segment.get(m.segment, [])
                if s < m.end and e > m.start
            ]
            if not tokens:
                continue
            in_text = any(m.segment == TEXT for m in actor.mentions)
            speaks = statement.speaker not in (None, NARRATOR) and same_actor(
                actor.name, statement.speaker or ""
            )
            names.append(actor.name)
            mentions.append(sorted(set(tokens)))
            roles.append(IN_TEXT * in_text + IS_SPEAKER * speaks)
        return names, mentions, roles

    def batch(self, rows: Sequence[Encoded]) -> dict[str, Tensor]:
        """Return statements padded to the longest.

        Shapes (B statements, T tokens, A actors): ``input_ids``, ``attention_mask`` (B, T); ``text_mask`` (B, T),
        1 on the statement's own tokens; ``mention_weights`` (B, A, T), each actor's row sums to 1 or, for padding,
        0; ``roles`` (B, A); ``token_type_ids`` (B, T) where the backbone has them.
        """
        longest = max(len(r.ids) for r in rows)
        most = max(1, *(len(r.actors) for r in rows)) if rows else 1
        ids = torch.full((len(rows), longest), int(self.tokenizer.pad_token_id))
        mask, types, text = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
        weights, roles = torch.zeros(len(rows), most, longest), torch.zeros(len(rows), most, dtype=torch.long)
        for i, row in enumerate(rows):
            n = len(row.ids)
            ids[i, :n], types[i, :n] = torch.tensor(row.ids), torch.tensor(row.types)
            mask[i, :n] = 1
            text[i, row.text_start : row.text_start + len(row.spans)] = 1
            for j, tokens in enumerate(row.mentions):
                weights[i, j, tokens] = 1.0 / len(tokens)
                roles[i, j] = row.roles[j]
        out = {
            "input_ids": ids,
            "attention_mask": mask,
            "text_mask": text,
            "mention_weights": weights,
            "roles": roles,
        }
        return {**out, "token_type_ids": types} if self._typed else out

    def targets(self, targets: Sequence[Target]) -> dict[str, Tensor]:
        """Return targets, each as ``name: definition``, padded: ``input_ids``, ``attention_mask`` (K, T)."""
        texts = [": ".join(x for x in (t.name.replace("_", " "), t.definition) if x) for t in targets]
        out = self.tokenizer(texts, padding=True, truncation=True, max_length=96, return_tensors="pt")
        return {k: out[k] for k in ("input_ids", "attention_mask")}


def _speaker(statement: Statement) -> str:
    return f"{statement.speaker or 'unknown'} :"


def _context(sentences: Sequence[Tokens], room: int) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Return the last ``room`` tokens of the context, and (sentence, start, end) of each."""
    ids = [i for tokens, _ in sentences for i in tokens]
    at = [(number, s, e) for number, (_, spans) in enumerate(sentences) for s, e in spans]
    cut = max(0, len(ids) - max(0, room))
    return ids[cut:], at[cut:]
