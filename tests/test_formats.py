"""Every format gives the article, what is known of it, and clear errors."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from pathlib import Path

import pytest
from format_files import (
    ABOUT,
    BODY,
    PAGE,
    TEXT,
    URL,
    csv_file,
    every_format,
    json_row,
    pdf,
    tar_of,
    zip_of,
)

import stancekit.formats.child as child
from stancekit import read_article, read_articles
from stancekit.articles.files import load_articles
from stancekit.errors import ArticleError
from stancekit.formats.document import MAX_FILE, Unreadable
from stancekit.formats.reading import read_documents
from stancekit.records import Article

FILES = every_format()
KNOWN = {  # which of title, date, source, author a format can carry
    "a.txt": {"title"}, "a.md": {"title"}, "a.zip": {"title"}, "a.txt.gz": {"title"},
    "a.pdf": {"title", "date", "author"}, "a.docx": {"title", "date", "author"},
}  # fmt: skip


def articles(data: bytes, name: str, folder: Path, **fields: str) -> list[Article | Unreadable]:
    (folder / name).write_bytes(data)
    return list(load_articles(folder / name, name, fields=fields))


def only(data: bytes, name: str, folder: Path, **fields: str) -> Article:
    found = articles(data, name, folder, **fields)
    assert len(found) == 1 and isinstance(found[0], Article), found
    return found[0]


def reasons(data: bytes, name: str, folder: Path) -> list[str]:
    return [f"{x.part}: {x.reason}" for x in articles(data, name, folder) if isinstance(x, Unreadable)]


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_article(name: str, tmp_path: Path) -> None:
    found = [x for x in articles(FILES[name], name, tmp_path) if isinstance(x, Article)]
    assert len(found) == 1
    flat = " ".join(found[0].text.split())
    for paragraph in BODY:
        assert paragraph in flat
    for other in ("shoes", "Sport", "Cookies", "boats", "<p>"):
        assert other not in flat
    known = KNOWN.get(name, set(ABOUT))
    assert {k: getattr(found[0], k) for k in ABOUT} == {
        k: v if k in known else None for k, v in ABOUT.items()
    }
    assert found[0].id.startswith(name) and found[0].language == "en"


@pytest.mark.parametrize(
    ("name", "id", "path"),
    [
        ("a.txt", "a.txt", "a.txt"),
        ("a.jsonl", "a.jsonl#h1", "a.jsonl"),
        ("a.csv", "a.csv#1", "a.csv"),
        ("a.zip", "a.zip/in/a.txt", "a.zip/in/a.txt"),
        ("a.tar.gz", "a.tar.gz/in/a.jsonl#h1", "a.tar.gz/in/a.jsonl"),
        ("a.json", "a.json", "a.json"),
    ],
)
def test_an_id_tells_the_row_or_member(name: str, id: str, path: str, tmp_path: Path) -> None:
    article = only(FILES[name], name, tmp_path)
    assert (article.id, article.path) == (id, str(tmp_path / path))


@pytest.mark.parametrize("name", FILES)
def test_offsets_are_of_the_text_that_is_given(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    found = next(read_articles(tmp_path / name, on_problem=lambda _: None))
    assert len(found.statements) >= 2
    for s in found.statements:
        assert s.start is not None and found.text[s.start : s.end] == s.text
        assert (s.title, s.date, s.source) == (found.title, found.date, found.source)


def test_read_article_takes_a_path_or_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "story.html"
    path.write_bytes(FILES["a.html"])
    with path.open("rb") as file:
        opened = read_article(file)
    assert opened == read_article(str(path)).model_copy(update={"path": "story.html"})
    assert read_article(io.BytesIO(FILES["a.pdf"]), "x").id == "x"
    with pytest.raises(ArticleError, match=r"^article: empty file; expected an article"):
        read_article(io.BytesIO(b""))


def test_read_article_wants_one(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"title": "T", "text": f"{TEXT} {i}"}) + "\n" for i in range(3))
    (tmp_path / "a.jsonl").write_text(rows)
    with pytest.raises(ArticleError, match="holds several articles; expected one"):
        read_article(tmp_path / "a.jsonl")
    assert [a.id for a in read_articles(tmp_path)] == ["a.jsonl#1", "a.jsonl#2", "a.jsonl#3"]


def test_read_articles_warns_of_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.warns(UserWarning, match=r"b\.pdf: damaged: .*expected a PDF"):
        assert [a.id for a in read_articles(tmp_path)] == ["a.txt"]


# --- fields


def test_fields_can_be_named(tmp_path: Path) -> None:
    row = json.dumps({"Volltext": TEXT, "Tag": "4.3.2021", "text": "no"}).encode()
    article = only(row, "a.jsonl", tmp_path, text="Volltext", date="Tag")
    assert (article.text, article.date) == (TEXT, "4.3.2021")
    assert reasons(b'{"Inhalt": "x"}', "b.jsonl", tmp_path) == [
        ": no field with a text; expected one of text, body, content, article_text, ... or --field text=NAME; "
        "it has Inhalt"
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["One came.", "Two went."], "One came.\n\nTwo went."),
        ("<p>One <b>came</b>.</p><p>Two &amp; three went.</p>", "One came.\n\nTwo & three went."),
        ("One\r\ncame.", "One\ncame."),
        ("It was 3 < 4 and 5 > 4.", "It was 3 < 4 and 5 > 4."),
        ("Broken \ud83d half.", "Broken \ufffd half."),
    ],
)
def test_texts_in_fields(value: object, text: str, tmp_path: Path) -> None:
    assert only(json.dumps({"title": "T", "body": value}).encode(), "a.jsonl", tmp_path).text == text


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "text": TEXT, "stances": []},
        {"id": "a", "text": TEXT, "speaker": "x", "context": []},
        {"id": "a", "text": TEXT, "target": "Iran", "label": "favor"},
        {"path": "a.txt", "line": None, "reason": "empty"},
    ],
)
def test_tables_of_statements_are_no_articles(row: dict[str, object], tmp_path: Path) -> None:
    found = articles(json.dumps(row).encode() + b"\n" + FILES["a.jsonl"], "a.jsonl", tmp_path)
    assert len(found) == 1 and isinstance(found[0], Unreadable) and found[0].other


def test_rows_that_are_wrong_are_told_one_by_one(tmp_path: Path) -> None:
    rows = [
        json_row() | {"id": "x"},
        json_row() | {"id": "x"},
        {"body": ""},
        {"title": "none"},
        [1],
        json_row() | {"body": 5},
    ]
    data = "\n".join(json.dumps(r) for r in rows).encode() + b"\n{broken\n"
    found = articles(data, "a.jsonl", tmp_path)
    assert [x.id for x in found if isinstance(x, Article)] == ["a.jsonl#x", "a.jsonl#x~2"]
    told = {x.line: x.reason for x in found if isinstance(x, Unreadable)}
    assert sorted(told) == [3, 4, 5, 6, 7]
    for line, words in (
        (3, "empty file"),
        (4, "no field with a text"),
        (5, "got list"),
        (6, "no text but int"),
        (7, "JSON"),
    ):
        assert words in told[line] and "expected" in told[line]


def test_a_csv_with_a_quotation_mark_never_closed(tmp_path: Path) -> None:
    data = b"title,text\nT," + BODY[0].encode() + b'\nU,"' + b"never closed\n" * 500_000
    found = articles(data, "a.csv", tmp_path)
    assert isinstance(found[0], Article) and isinstance(found[-1], Unreadable) and len(found) == 2
    assert "quotation mark that is not closed" in found[1].reason and found[1].line == 2


def test_a_csv_in_an_older_encoding(tmp_path: Path) -> None:
    data = f"titel;text\nÄrger;{BODY[0]} Fünf Kähne, “gut”.\n".encode("windows-1252")
    assert only(data, "a.csv", tmp_path).text.endswith("Fünf Kähne, “gut”.")
    data = b"\xff\xfe" + csv_file().decode().encode("utf-16-le")
    assert only(data, "b.csv", tmp_path).text == TEXT


# --- content against name


@pytest.mark.parametrize(
    ("name", "like"),
    [("a.txt", "a.pdf"), ("a.txt", "a.html"), ("0042", "a.txt"), ("0042", "a.html"), ("x", "a.jsonl"), ("x", "a.json"),
     ("a.html", "a.docx"), ("story.1", "a.txt"), ("a.zip", "a.jsonl.gz"), ("a.json", "a.jsonl")],
)  # fmt: skip
def test_the_content_tells_where_the_name_does_not(name: str, like: str, tmp_path: Path) -> None:
    assert BODY[0] in " ".join(only(FILES[like], name, tmp_path).text.split())


def test_a_suffix_that_is_not_known(tmp_path: Path) -> None:
    assert reasons(b"words", "a.png", tmp_path)[0].startswith(
        ": suffix '.png'; expected an article (.txt, .md, .html"
    )


# --- html


def test_a_page_in_the_encoding_it_names(tmp_path: Path) -> None:
    page = PAGE.replace('charset="utf-8"', 'charset="windows-1251"').replace("quay", "причал")
    assert "причал" in only(page.encode("windows-1251"), "a.html", tmp_path).text
    page = PAGE.replace("&ldquo;", "\x93").replace("&rdquo;", "\x94").replace("utf-8", "iso-8859-1")
    assert BODY[1] in only(page.encode("latin-1"), "b.html", tmp_path).text


def test_a_page_without_an_article(tmp_path: Path) -> None:
    page = b"<html><body><nav><a href='/'>Home</a></nav></body></html>"
    assert reasons(page, "a.html", tmp_path) == [
        ": no article found in it; expected a page with the text of an article"
    ]


# --- pdf


def test_a_pdf_of_lines_gives_whole_words_and_sentences(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(
        pdf(["The govern-", "ment said on Monday that the old", "quay would close. It did."])
    )
    found = read_article(tmp_path / "a.pdf")
    assert [" ".join(s.text.split()) for s in found.statements] == [
        "The government said on Monday that the old quay would close.",
        "It did.",
    ]


def test_a_pdf_without_text_or_with_a_password(tmp_path: Path) -> None:
    import pypdf

    assert reasons(pdf([]), "a.pdf", tmp_path) == [": no text in it (a scan?); expected a PDF with text"]
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(FILES["a.pdf"]))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert reasons(out.getvalue(), "b.pdf", tmp_path) == [
        ": locked by a password; expected a PDF that opens without"
    ]


# --- archives


def test_names_in_archives_lead_nowhere(tmp_path: Path) -> None:
    members = {"../../evil.txt": TEXT.encode(), "/etc/evil.txt": TEXT.encode(), "..\\evil.txt": TEXT.encode()}
    inner = tmp_path / "inner"
    inner.mkdir()
    for name, data in (("a.zip", zip_of(members)), ("a.tar.gz", tar_of(members))):
        ids = [x.id for x in articles(data, name, inner) if isinstance(x, Article)]
        assert sorted(ids) == [f"{name}/2~/evil.txt", f"{name}/etc/evil.txt", f"{name}/evil.txt"]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.tar.gz", "a.zip", "inner"]


def test_one_bad_member_leaves_the_others(tmp_path: Path) -> None:
    members = {
        "a.txt": TEXT.encode(),
        "b.txt": b"",
        "c.png": b"\x89PNG",
        "d.pdf": b"%PDF-1.4",
        "e.html": PAGE.encode(),
    }
    for name, data in (("a.zip", zip_of(members)), ("a.tar", tar_of(members, "w"))):
        found = articles(data, name, tmp_path)
        assert [x.id for x in found if isinstance(x, Article)] == [f"{name}/a.txt", f"{name}/e.html"]
        assert [x.part for x in found if isinstance(x, Unreadable)] == ["/b.txt", "/c.png", "/d.pdf"]


def test_links_in_a_tar_are_not_followed(tmp_path: Path) -> None:
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as packed:
        info = tarfile.TarInfo("a.txt")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(info)
    assert reasons(out.getvalue(), "a.tar", tmp_path) == ["/a.txt: a link or device; expected a file"]


def test_bombs_are_refused(tmp_path: Path) -> None:
    zeros = b" " * (MAX_FILE + 1)
    assert reasons(zip_of({"a.txt": zeros}), "a.zip", tmp_path) == [
        "/a.txt: over 10,000,000 bytes; expected an article as text in UTF-8"
    ]
    many = gzip.compress((b'{"text": ' + b" " * 4_000_000 + b"1}\n") * 60)
    assert "unpacks to over 200 times its size" in reasons(many, "a.jsonl.gz", tmp_path)[-1]
    deep = TEXT.encode()
    for _ in range(5):
        deep = zip_of({("a.zip" if deep[:2] == b"PK" else "a.txt"): deep})
    assert reasons(deep, "b.zip", tmp_path) == [
        "/a.zip/a.zip/a.zip: an archive 3 archives deep; expected at most 3"
    ]


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.txt": TEXT.encode()}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        data[at] |= 1  # encrypted
    assert "password required" in reasons(bytes(data), "a.zip", tmp_path)[0]


@pytest.mark.parametrize("name", [n for n in FILES if n not in ("a.txt", "a.md")])
def test_half_a_file_is_an_error_or_what_is_left(name: str, tmp_path: Path) -> None:
    half = FILES[name][: len(FILES[name]) // 2]
    for found in articles(half, name, tmp_path):
        assert isinstance(found, Article) or "expected" in found.reason


# --- the process that reads


def test_a_parser_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, types\n"
        "class Reader:\n"
        "    def __init__(self, *_):\n"
        "        while True: pass\n"
        "sys.modules['pypdf'] = types.SimpleNamespace(PdfReader=Reader)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(child, "SECONDS", 1.0)
    began = time.monotonic()
    assert reasons(FILES["a.pdf"], "a.pdf", tmp_path) == [
        ": took over 1 seconds; expected a file that can be read in that time"
    ]
    assert time.monotonic() - began < 30
    assert isinstance(articles(FILES["a.csv"], "a.csv", tmp_path)[0], Article)


def test_a_parser_that_crashes_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, types, os, signal\n"
        "class Reader:\n"
        "    def __init__(self, *_): os.kill(os.getpid(), signal.SIGSEGV)\n"
        "sys.modules['pypdf'] = types.SimpleNamespace(PdfReader=Reader)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(child, "SECONDS", 30.0)
    assert "crashed, or ran out of memory" in reasons(FILES["a.pdf"], "a.pdf", tmp_path)[0]


def test_two_files_are_read_at_once(tmp_path: Path) -> None:
    rows = b"".join(json.dumps({"title": "T", "text": f"{TEXT} {i}"}).encode() + b"\n" for i in range(50))
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(rows)
    pairs = list(zip(*(read_documents(tmp_path / n) for n in ("a.jsonl", "b.jsonl")), strict=True))
    assert len(pairs) == 50 and all(a == b for a, b in pairs)


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pypdf'] = None\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(child, "SECONDS", 31.0)
    assert reasons(FILES["a.pdf"], "a.pdf", tmp_path) == [
        ': .pdf needs pypdf; expected it installed: pip install "stancekit[formats]"'
    ]


def test_a_fifo_does_not_hold_up(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "a.txt")
    assert [x.reason for x in load_articles(tmp_path / "a.txt") if isinstance(x, Unreadable)] == [
        "no regular file; expected an article"
    ]


def test_a_url_is_kept(tmp_path: Path) -> None:
    for name in ("a.html", "a.jsonl", "a.warc.gz"):
        found = articles(FILES[name], name, tmp_path)[0]
        assert isinstance(found, Article) and found.url == URL


def test_a_zip_that_lies_about_sizes(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.txt": TEXT.encode() * 50}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    found = articles(bytes(data), "a.zip", tmp_path)
    assert found and all(isinstance(x, Article) or "expected" in x.reason for x in found)
    assert zipfile.is_zipfile(tmp_path / "a.zip")
