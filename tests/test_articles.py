"""Reading text files: encodings, titles, bad files, the folder walk."""

from __future__ import annotations

from pathlib import Path

import pytest

from stancekit.articles.files import read_text_article, refusal, walk
from stancekit.errors import ArticleError
from stancekit.formats.decoding import decode
from stancekit.formats.document import MAX_FILE, MAX_LINE, title_of
from stancekit.records import Article, Statement

TEXT = "Minister warns\n\n“Café” talks failed, said Zoë.\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TEXT.encode(), TEXT),
        (TEXT.encode("utf-8-sig"), TEXT),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), TEXT),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT),
        (TEXT.encode("windows-1252"), TEXT),
        (b"One\r\ntwo\rthree", "One\ntwo\nthree"),
    ],
    ids=["utf-8", "utf-8 with BOM", "utf-16 little", "utf-16 big", "windows-1252", "newlines"],
)
def test_encodings_give_the_same_text(data: bytes, text: str, tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_bytes(data)
    article = read_text_article(file)
    assert (article.text, article.id, article.path) == (text, "story", str(file))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b" \n\n ", "empty file"),
        (b"12 34 --- 56", "no words"),
        (b"stuff\x00\x00stuff", "null bytes"),
        (b"PK\x03\x04\x00\x00stuff", "not a zip"),
        (b"\x01\x02\x03\x04\x05words\x06\x07", "control characters"),
        (b"\xff\xfe\x00\xd8", "not UTF-16"),
        ("Größe übel Käse schön Möhre ".encode() * 9 + b"\xff", "damaged UTF-8"),
        ("é".encode() * (MAX_LINE // 2 + 1), "line over"),
        (b"a word\n" * 150_000, "over 1,000,000 characters"),
        (("é" * 80 + "\n").encode() * (MAX_FILE // 161 + 1), "over 10,000,000 bytes"),
    ],
)
def test_a_bad_file_is_one_clear_line(data: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(data)
    with pytest.raises(ArticleError) as error:
        read_text_article(file)
    message = str(error.value)
    assert str(file) in message and reason in message and "expected" in message and "\n" not in message


def test_a_missing_file_a_folder_and_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    for name, reason in (
        ("none.txt", "no such file"),
        ("link.txt", "no such file"),
        ("", "cannot be listed"),
    ):
        with pytest.raises(ArticleError, match=reason):
            read_text_article(tmp_path / name)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # not by chmod: root may read everything
    with pytest.raises(ArticleError, match="cannot be read: Permission denied"):
        read_text_article(tmp_path / "secret.txt")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Talks fail\n\nThe talks failed.", "Talks fail"),
        ("# Talks fail\n \nThe talks failed.", "Talks fail"),
        ("Will talks fail?\n\nYes.", "Will talks fail?"),
        ("The talks failed.\n\nThey will resume.", None),
        ('He said: "Talks failed."\n\nThey will resume.', None),
        ("Talks fail\nThe talks failed.", None),
        ("Talks fail", None),
        ("long " * 80 + "\n\nThe talks failed.", None),
    ],
)
def test_the_title_is_a_first_line_alone(text: str, title: str | None) -> None:
    assert title_of(text) == title


def test_windows_1252_is_the_last_resort() -> None:
    assert decode(b"caf\xe9 \x93quoted\x94") == "café “quoted”"


def test_walk_is_sorted_and_skips_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.md", "a/1.txt", ".hidden.txt", ".git/x.txt", "c.PDF", "a.TXT"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("words")
    found = list(walk(tmp_path))
    assert [i for i, _ in found] == ["a/1.txt", "a/2.md", "a.TXT", "b.txt", "c.PDF"]


def test_walk_does_not_follow_a_circle(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("words")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert [i for i, _ in walk(tmp_path)] == ["again", "one.txt"]
    assert [refusal(p, tmp_path) for _, p in walk(tmp_path)] == [
        "a link to a folder; expected the folder itself",
        None,
    ]


def test_links_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for path in (tmp_path / "secret.txt", folder / "one.txt"):
        path.write_text("words")
    (folder / "a.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "b.txt").symlink_to(tmp_path / "gone.txt")
    (folder / "c.txt").symlink_to("one.txt")
    found = {id: refusal(path, folder.resolve()) for id, path in walk(folder)}
    assert found == {
        "a.txt": "a link out of the folder; expected a file in it",
        "b.txt": "a link that leads nowhere; expected a file",
        "c.txt": None,
        "one.txt": None,
    }


def test_walk_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name, reason in (("file", "is a file"), ("none", "does not exist")):
        with pytest.raises(ArticleError, match=f"{reason}; expected a folder"):
            list(walk(tmp_path / name))


def test_the_docs_name_every_field() -> None:
    docs = (Path(__file__).parents[1] / "docs" / "reading.md").read_text(encoding="utf-8")
    tables = docs[docs.index("| of an article |") : docs.index("## Encodings")].split("| of a statement |")
    for table, record in zip(tables, (Article, Statement), strict=True):
        assert {f for f in record.model_fields if f"`{f}`" not in table} == set()
