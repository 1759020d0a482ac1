"""The codebook is the only source of labels; what is wrong with one is said by line."""

from pathlib import Path

import pytest

from stancekit import Codebook, Stance, Statement
from stancekit.errors import CodebookError

ROOT = Path(__file__).parent.parent
BOOKS = sorted((ROOT / "configs" / "codebooks").glob("*.yaml"))

GOOD = """name: harbour
version: 1
outcomes:
  expansion:
    definition: The harbour is made larger.
    labels: {favor: support_expansion, against: oppose_expansion}
accusations:
  noise:
    definition: The actor makes noise at night.
    label: accuse_noise
"""


def load(tmp_path: Path, text: str) -> Codebook:
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    return Codebook.load(path)


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_shipped_codebooks_load(path: Path) -> None:
    book = Codebook.load(path)
    assert book.name == path.stem
    assert [t.family for t in book.targets].count("actor") == 1
    assert len(book.targets) == len(book.outcomes) + len(book.accusations) + 1


def test_default_is_the_conflict_codebook() -> None:
    assert Codebook.default().sha256 == Codebook.load(ROOT / "configs/codebooks/conflict.yaml").sha256
    assert Codebook.default().label("outcome", "withdrawal", "favor") == "support_withdrawal"


def test_any_family_may_be_missing(tmp_path: Path) -> None:
    book = load(tmp_path, GOOD)
    assert book.actors is None
    assert [t.name for t in book.targets] == ["expansion", "noise"]
    assert book.label("accusation", "noise", "against") == "accuse_noise"
    with pytest.raises(CodebookError, match="unknown actor"):
        book.label("actor", "Mayor", "favor")


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("version: 1", "version: one", 2, "version: input should be a valid integer"),
        ("    label: accuse_noise", "    label: accuse_noise\n    weight: 2", 11, "weight: unknown key"),
        ("  noise:", "  noise:\n    definition: x\n    label: y\n  noise:", 11, "key repeated"),
        ("    definition: The harbour is made larger.\n", "", 4, "definition: missing"),
        ("label: accuse_noise", "label: support_expansion", None, "label used twice: support_expansion"),
        ("{favor: support_expansion,", "{favour: support_expansion,", 6, "favour: unknown key"),
        ("name: harbour", "name: [harbour", 2, "not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int | None, expected: str
) -> None:
    with pytest.raises(CodebookError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert expected in str(caught.value)
    assert f"book.yaml:{line}:" in str(caught.value) if line else "book.yaml" in str(caught.value)


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(CodebookError) as caught:
        load(tmp_path, GOOD.replace("version: 1", "version: none\ncolour: red"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_codebook_without_targets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="no target"):
        load(tmp_path, "name: empty\nversion: 1\noutcomes:\n")


def test_check_names_the_unknown_target(tmp_path: Path) -> None:
    book = load(tmp_path, GOOD)
    stance = Stance(family="outcome", target="demolition", position="favor")
    wrong = book.check(Statement(id="1", text="Tear it down.", stances=(stance,)))
    assert wrong is not None
    assert "demolition" in wrong and "expansion" in wrong
