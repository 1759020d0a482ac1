"""The language of an article: told where it is sure, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from stancekit.articles.language import language_of, same_language

SEEDS = Path(__file__).parent.parent / "seeds" / "articles"
LONG = {
    "de": "Der Minister sagte am Montag, die Gespräche über den neuen Kai seien gescheitert und würden nicht wieder "
    "aufgenommen, weil niemand das Papier gelesen habe.",
    "fr": "Le ministre a déclaré lundi que les pourparlers sur le nouveau quai avaient échoué et ne reprendraient pas, "
    "parce que personne n'avait lu le papier.",
    "es": "El ministro dijo el lunes que las conversaciones sobre el nuevo muelle habían fracasado y que no se "
    "reanudarían, porque nadie había leído el documento.",
    "ru": "Министр сказал в понедельник, что переговоры о новой набережной не удались и не возобновятся.",
    "ar": "قال الوزير يوم الاثنين إن المحادثات حول الرصيف الجديد فشلت ولن تستأنف قريبا.",
    "zh": "部长周一表示，关于新码头的谈判已经失败，不会恢复，因为没有人读过这份文件。",
}


@pytest.mark.parametrize("language", LONG)
def test_a_sentence_or_two_is_enough(language: str) -> None:
    assert language_of(LONG[language]) == language


@pytest.mark.parametrize(
    "text",
    ["", "Talks fail", "Nein.", "Das geht so nicht, sagte er.", "Kyiv Lviv Donetsk Sumy", "1 2 3 " * 99],
)
def test_a_few_words_are_not_judged(text: str) -> None:
    assert language_of(text) is None


def test_english_is_never_taken_for_another_language() -> None:
    pieces = [
        text[at : at + 160]
        for path in sorted(SEEDS.glob("*.txt"))
        for text in [path.read_text(encoding="utf-8")]
        for at in range(0, len(text) - 160, 160)
    ]
    found = [language_of(x) for x in pieces]
    assert len(found) > 500
    assert set(found) <= {"en", None}
    assert found.count("en") > 0.9 * len(found)


def test_english_with_a_quotation_in_another_language() -> None:
    text = (SEEDS / "seed.txt").read_text(encoding="utf-8")
    assert language_of(f"{text}\n“{LONG['de']}”") == "en"


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [
        ("en", "en", True),
        (None, "en", True),
        ("de", "en", False),
        ("en", "en-GB", True),
        ("en", "EN_us", True),
    ],
)
def test_an_unsure_language_may_be_the_one_wanted(found: str | None, wanted: str, same: bool) -> None:
    assert same_language(found, wanted) is same
