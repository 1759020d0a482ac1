"""Bytes to text: find the encoding, repair what an earlier program garbled."""

from __future__ import annotations

import codecs
import re

import ftfy
from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")  # soft hyphen, zero width, direction marks
_PLAIN = re.compile(r"[\t\n\x20-\x25\x27-\x7e]*")  # ASCII without "&": nothing to repair
_LOST = 100  # one character in so many may be lost
# Apostrophes and quotation marks of a Macintosh between letters; in Windows-1252 they would be Õ, Ò and Ó.
_MAC = re.compile(rb"[a-z]\xd5[a-z]|(?<![\x80-\xff])\xd2[A-Za-z][^\xd2\xd3]{2,}?[a-z,.!?]\xd3(?![\x80-\xff])")
_HIGH_WORD = re.compile(rb"[\x80-\xff]{3,}")
_REPAIR = ftfy.TextFixerConfig(
    unescape_html="auto",
    uncurl_quotes=False,  # the marks tell where a quotation opens
    fix_character_width=False,
    normalization="NFC",
    explain=False,
)


def decode(data: bytes) -> str:
    """Return the text in the bytes, repaired, every kind of newline as a line feed.

    The encoding is that of the byte order mark, else UTF-8, else UTF-16 where every other byte is null, else
    Windows-1252 for a text mostly of ASCII, else what a detector finds.

    Raises:
        ValueError: saying what the bytes are instead of text.
    """
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n")
    if len(_NO_TEXT.findall(text)) > len(text) // 100:
        raise ValueError("binary file (control characters)")
    return clean(text)


def encoding_by_mark(data: bytes) -> str | None:
    """Return the encoding that a byte order mark names, if there is one."""
    return next((name for bom, name in _BOMS if data.startswith(bom)), None)


def clean(text: str) -> str:
    """Return a text without mojibake, entities, control and invisible characters, in Unicode's form NFC.

    Raises:
        ValueError: if so much was lost before that it cannot be repaired.
    """
    if _PLAIN.fullmatch(text):
        return text
    if "&" in text and "<" in text:
        # Tags keep the repair from touching entities; named and numbered ones of a text are none of a page.
        text = re.sub(r"&(?:amp|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip|#\d{1,6});", _entity, text)
    text = _INVISIBLE.sub("", ftfy.fix_text(text, _REPAIR))
    lost = text.count("\ufffd")
    if lost > 4 and lost > len(text) // _LOST:
        raise ValueError(f"{lost:,} characters were lost in an earlier conversion (U+FFFD)")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _entity(match: re.Match[str]) -> str:
    return str(ftfy.fixes.unescape_html(match.group()))


def _decoded(data: bytes) -> str:
    encoding = encoding_by_mark(data)
    if encoding:
        return _strict(data, encoding)
    if b"\x00" in data:
        return _utf16(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as e:
        if _mostly_utf8(data):
            raise ValueError(f"damaged UTF-8 (byte {e.start})") from None
    return _legacy(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as e:
        raise ValueError(f"not {encoding.removesuffix('-sig').upper()} (byte {e.start})") from None


def _utf16(data: bytes) -> str:
    """Decode UTF-16 without a mark: nearly every second byte of a text in Latin letters is null."""
    sample = data[: _SAMPLE & ~1]
    for nulls, other, name in (
        (sample[1::2], sample[::2], "utf-16-le"),
        (sample[::2], sample[1::2], "utf-16-be"),
    ):
        if nulls.count(0) > 0.8 * len(nulls) and other.count(0) < 0.05 * len(other):
            return _strict(data, name)
    raise ValueError("binary file (null bytes)")


def _legacy(data: bytes) -> str:
    """Decode one of the encodings of one byte a character, or of East Asia."""
    sample = data[:_SAMPLE]
    high = sum(b > 0x7F for b in sample)
    words = sum(len(x) for x in _HIGH_WORD.findall(sample))  # of Cyrillic, Greek, Chinese and so on
    if _MAC.search(sample) and b"\x93" not in sample:
        return data.decode("mac_roman")
    if words <= 0.3 * high <= 0.15 * len(sample):
        try:
            return data.decode("windows-1252")
        except UnicodeDecodeError:
            pass
    best = from_bytes(sample).best()
    name = best.encoding if best else "windows-1252"
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError) as e:
        at = f" (byte {e.start})" if isinstance(e, UnicodeDecodeError) else ""
        raise ValueError(f"not UTF-8, nor {name.upper()}{at}") from None


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether most non-ASCII characters are well-formed UTF-8, so that Windows-1252 would garble it."""
    text = data.decode("utf-8", errors="replace")
    good = sum(c > "\x7f" and c != "\ufffd" for c in text)
    return good > 4 * text.count("\ufffd")
