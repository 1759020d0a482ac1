"""Files that are broken in every way: a seeded generator, and a run over as many as one likes.

    python tests/mutations.py --count 10000 --seed 0

Each file must be read or set aside with a reason, within the time limit, without ending the process that reads it.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from format_files import every_format

from stancekit.articles.files import load_articles
from stancekit.articles.reading import add_statements
from stancekit.records import Article

Mutation = Callable[[bytes, random.Random], bytes]


def bits(data: bytes, r: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(r.choice((1, 3, 20, 200))):
        found[r.randrange(len(found))] ^= 1 << r.randrange(8)
    return bytes(found)


def cut(data: bytes, r: random.Random) -> bytes:
    return data[: r.randrange(len(data))]


def hole(data: bytes, r: random.Random) -> bytes:
    at = r.randrange(len(data))
    return data[:at] + data[at + r.randrange(1, 2 + len(data) // 4) :]


def twice(data: bytes, r: random.Random) -> bytes:
    at, to = sorted((r.randrange(len(data)), r.randrange(len(data))))
    return data[:to] + data[at:to] * r.choice((1, 2, 50)) + data[to:]


def zeros(data: bytes, r: random.Random) -> bytes:
    at = r.randrange(len(data))
    return data[:at] + bytes(r.choice((1, 16, 5000))) + data[at:]


def numbers(data: bytes, r: random.Random) -> bytes:
    """Set four bytes to a number that a length or offset should not have."""
    at = r.randrange(max(1, len(data) - 4))
    return (
        data[:at]
        + r.choice((b"\xff" * 4, bytes(4), b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80"))
        + data[at + 4 :]
    )


def text_numbers(data: bytes, r: random.Random) -> bytes:
    """Set the numbers of a text to such."""
    wrong = (b"-1", b"0", b"99999999999", b"1e999", b"NaN")
    return re.sub(rb"\d+", lambda m: r.choice(wrong) if r.random() < 0.1 else m.group(), data)


def tags(data: bytes, r: random.Random) -> bytes:
    """Take tags and brackets away, double or nest them."""
    marks = [m.span() for m in re.finditer(rb"<[^<>]{1,200}>|[\[\]{}\"(),;]", data)]
    if not marks:
        return cut(data, r)
    for start, end in sorted(r.sample(marks, min(len(marks), r.choice((1, 5)))), reverse=True):
        data = data[:start] + data[start:end] * r.choice((0, 2, 3000)) + data[end:]
    return data


def encodings(data: bytes, r: random.Random) -> bytes:
    """Write a part of the text in another encoding."""
    at, to = sorted((r.randrange(len(data)), r.randrange(len(data))))
    part = data[at:to].decode("utf-8", "replace") + r.choice(
        ("é“’", "\ufeff", "\u202e", "\x00", "日本", "\u2028")
    )
    name = r.choice(
        ("utf-16", "utf-16-be", "utf-32", "latin-1", "windows-1251", "shift-jis", "utf-7", "utf-8-sig")
    )
    return data[:at] + part.encode(name, "replace") + data[to:]


def noise(data: bytes, r: random.Random) -> bytes:
    return data[: r.randrange(64)] + r.randbytes(r.randrange(4000))


def other(data: bytes, r: random.Random) -> bytes:
    """Join it with a file of another format."""
    second = r.choice(list(_FILES.values()))
    return data[: r.randrange(len(data))] + second[r.randrange(len(second)) :]


_FILES = every_format()
MUTATIONS: tuple[Mutation, ...] = (
    bits, cut, hole, twice, zeros, numbers, text_numbers, tags, encodings, noise, other,
)  # fmt: skip


class Mutated(NamedTuple):
    """A broken file: what it was made of, how, and its content."""

    name: str
    how: str
    data: bytes


def mutated(count: int, seed: int = 0) -> Iterator[Mutated]:
    """Yield broken files, the same for the same seed; each format and mutation comes up equally often."""
    names = list(_FILES)
    for number in range(count):
        r = random.Random(f"{seed} {number}")
        name, data, how = names[number % len(names)], _FILES[names[number % len(names)]], []
        for _ in range(r.choice((1, 1, 2, 3))):
            mutation = r.choice(MUTATIONS)
            how.append(mutation.__name__)
            data = mutation(data, r) or b"\x00"
        yield Mutated(name, "+".join(how), data)


def main() -> int:
    """Read the files; print how it went; return 1 if one of them broke a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    slowest, broken = (0.0, ""), []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, how, data) in enumerate(mutated(asked.count, asked.seed)):
            path = Path(folder) / name
            path.write_bytes(data)
            began = time.monotonic()
            try:
                found = list(load_articles(path, name))
            except Exception as e:
                broken.append(f"{number} {name} {how}: {e!r}")
                continue
            texts = [x for x in found if isinstance(x, Article)]
            for article in add_statements(texts):
                if any(article.text[s.start : s.end] != s.text for s in article.statements):
                    broken.append(f"{number} {name} {how}: offsets")
            slowest = max(slowest, (time.monotonic() - began, f"{number} {name} {how}"))
            counts["files"] += 1
            counts["articles"] += len(texts)
            counts["files with an article"] += bool(texts)
            reasons = [x.reason for x in found if not isinstance(x, Article)]
            counts["reasons"] += len(reasons)
            broken += [
                f"{number} {name} {how}: {x}" for x in reasons if "expected" not in x or "crashed" in x
            ]
            broken += [f"{number} {name} {how}: took too long" for x in reasons if x.startswith("took over")]
            broken += [f"{number} {name} {how}: neither read nor told"] * (not found)
    print(", ".join(f"{v:,} {k}" for k, v in counts.items()))
    print(f"slowest: {slowest[0]:.2f} s, {slowest[1]}")
    print("\n".join(broken[:50]) or "none broke a promise")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
