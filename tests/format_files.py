"""One small article in a file of every format, built as the programs that make such files do."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

TITLE = "Harbour talks fail"
BODY = (
    "The harbour minister said on Monday that the talks about the new quay had failed and would not resume.",
    "“We will not sign a paper that nobody has read,” she told reporters in the old town hall.",
)
TEXT = "\n\n".join(BODY)
ABOUT = {"title": TITLE, "date": "2021-03-04", "source": "The Daily Ferry", "author": "Ann Writer"}
URL = "https://ferry.example/talks"

PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{TITLE} | The Daily Ferry</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="{ABOUT["source"]}">
<meta name="author" content="{ABOUT["author"]}">
<meta property="article:published_time" content="2021-03-04T08:00:00Z">
<link rel="canonical" href="{URL}"><script>var shoes = "buy";</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<div class="advert">Buy new shoes today, half the price!</div>
<article><p>{BODY[0]}</p><p>{BODY[1].replace("“", "&ldquo;").replace("”", "&rdquo;")}</p></article>
<div class="related"><a href="/a">Ten boats you must see</a></div>
<footer>Cookies. Imprint. All rights reserved.</footer></body></html>
"""


def json_row() -> dict[str, object]:
    return {"id": "h1", "headline": TITLE, "body": TEXT, "published": ABOUT["date"], "byline": ABOUT["author"],
            "source": {"name": ABOUT["source"]}, "link": URL}  # fmt: skip


def pdf(lines: list[str]) -> bytes:
    """Return a PDF of one page with these lines in Helvetica."""
    shown = "".join(
        f"({x.replace(chr(92), chr(92) * 2).replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj T*\n"
        for x in lines
    )
    content = f"BT /F1 12 Tf 72 720 Td 14 TL\n{shown}ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) /Author (%s) /CreationDate (D:20210304080000Z) >>"
        % (TITLE.encode(), str(ABOUT["author"]).encode()),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % x for x in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def docx_file() -> bytes:
    import datetime

    import docx

    document = docx.Document()
    document.core_properties.author = ABOUT["author"]
    document.core_properties.created = datetime.datetime(2021, 3, 4)
    document.add_heading(TITLE, 0)
    for paragraph in BODY:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "The quay was to cost nine million."
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def warc_file(packed: bool = True) -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    answers = [
        (URL, "200 OK", "text/html; charset=utf-8", PAGE.encode()),
        ("https://ferry.example/logo.png", "200 OK", "image/png", b"\x89PNG"),
        ("https://ferry.example/gone", "404 Not Found", "text/html", b"<html><p>Gone</p></html>"),
        ("https://ferry.example/empty", "200 OK", "text/html", b"<html><body></body></html>"),
    ]
    for url, status, kind, body in answers:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers)
        )
    return out.getvalue()


def parquet_file() -> bytes:
    import datetime

    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    day = datetime.date(2021, 3, 4)
    columns = {"Title": [TITLE], "content": [TEXT], "publish-date": [day], "views": [7]}
    pq.write_table(pa.table(columns | {"outlet": [ABOUT["source"]], "author": [ABOUT["author"]]}), out)
    return out.getvalue()


def csv_file(delimiter: str = ",") -> bytes:
    import csv

    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Headline", "Text", "Date", "Publisher", "Authors"])
    writer.writerow([TITLE, TEXT, ABOUT["date"], ABOUT["source"], ABOUT["author"]])
    return out.getvalue().encode()


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tar_of(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return out.getvalue()


def every_format() -> dict[str, bytes]:
    """Return name -> content of a file of every format, each with the article of this module."""
    plain = f"{TITLE}\n\n{TEXT}\n".encode()
    line = json.dumps(json_row(), ensure_ascii=False).encode() + b"\n"
    return {
        "a.txt": plain,
        "a.md": b"# " + plain,
        "a.html": PAGE.encode(),
        "a.json": json.dumps(json_row(), indent=1).encode(),
        "list.json": json.dumps({"status": "ok", "articles": [json_row()]}).encode(),
        "a.jsonl": line,
        "a.csv": csv_file(),
        "semicolon.csv": csv_file(";"),
        "a.tsv": csv_file("\t"),
        "a.parquet": parquet_file(),
        "a.pdf": pdf([TITLE, "", *_wrapped(TEXT)]),
        "a.docx": docx_file(),
        "a.warc": warc_file(packed=False),
        "a.warc.gz": warc_file(),
        "a.zip": zip_of({"in/a.txt": plain, "__MACOSX/in/._a.txt": b"\x00\x05"}),
        "a.tar": tar_of({"in/a.html": PAGE.encode()}, "w"),
        "a.tar.gz": tar_of({"./in/a.jsonl": line}),
        "a.jsonl.gz": gzip.compress(line, mtime=0),
        "a.txt.gz": gzip.compress(plain, mtime=0),
    }


def _wrapped(text: str) -> list[str]:
    import textwrap

    return [line for x in text.split("\n\n") for line in [*textwrap.wrap(x, 60), ""]]


def write_all(folder: Path) -> dict[str, Path]:
    """Write a file of every format into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in every_format().items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in every_format()}
