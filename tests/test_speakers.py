"""Who a speaker phrase means, within the article."""

from __future__ import annotations

import pytest

from stancekit.articles.reading import parse_article
from stancekit.records import NARRATOR

OPENING = "Head\n\nPolish Defence Minister Jan Kowal said the army had left. "


def last(text: str) -> str | None:
    return parse_article(text, "a").statements[-1].speaker


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Kowal said it would not return.", "Jan Kowal"),
        ("He added that it would not return.", "Jan Kowal"),
        ("It would not return, he said.", "Jan Kowal"),
        ("The minister said it would not return.", "Jan Kowal"),
        ("The defence minister said it would not return.", "Jan Kowal"),
        ("The Polish minister said it would not return.", "Jan Kowal"),
        ("The Polish politician said it would not return.", "Jan Kowal"),
        ("Mr. Kowal said it would not return.", "Jan Kowal"),
        ("The Iranian minister said it would not return.", "Iranian minister"),
        ("The finance minister said it would not return.", "finance minister"),
        ("A Western diplomat said it would not return.", "Western diplomat"),
        ("The ministry said it would not return.", "Poland's ministry"),
        ("According to him, it would not return.", "Jan Kowal"),
        ("Kowal and Ada Berg said it would not return.", "Jan Kowal and Ada Berg"),
    ],
)
def test_after_a_minister_has_spoken(sentence: str, speaker: str) -> None:
    assert last(OPENING + sentence) == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Ada Berg, a spokeswoman, said no. Ivan Orlov, a spokesman, said yes. It is, she said.", "Ada Berg"),
        ("A spokesman for the army, Ivan Orlov, said no. The spokesman said it was late.", "Ivan Orlov"),
        ("The state's police chief, Ada Mora, said it was late.", "Ada Mora"),
        ("Defence Ministry spokesman Ivan Orlov said it was late.", "Ivan Orlov"),
        ("The Kremlin rejected the plan. It said the plan was late.", "Kremlin"),
        ("Norland's army command rejected it. The command said it was late.", "Norland's army command"),
        ("A man known as Ivan Orlov said it was late.", "Ivan Orlov"),
        ("Putin adviser Ivan Orlov said it was late.", "Ivan Orlov"),
        ("Ivan Orlov, leader of the Home party, said it was late.", "Ivan Orlov"),
        ("Residents of Sotk said it was late.", "Residents of Sotk"),
        ("Ivan Orlov, 45, lives alone. “They took my son,” he said.", "Ivan Orlov"),
        ("It was late, said Warsaw.", "Poland"),
        ("The Afghan government said it was late.", "Afghanistan"),
        ("The Kremlin said it was late.", "Kremlin"),
        ("The Norland office during a briefing on Monday welcomed the plan.", "Norland office"),
        ("Doctors and nurses said it was late.", "Doctors and nurses"),
        ("Nobody was there. It was late, he said.", None),
        ("The opposition, the Home League, said it was late.", "Home League"),
        ("According to an official, Ivan Orlov left the town.", "official"),
        ("Ada Berg left. When Ruiz ran for office, she said it was late.", "Ruiz"),
        ("Mary-Ann Castell-Brandt said it was late.", "Mary-Ann Castell-Brandt"),
        ("The Polish foreign ministry was dark. The foreign ministry said it was late.", "Polish foreign ministry"),
        ("The Nordish Relief Bureau counts boats. The Oslo-based bureau said it was late.", "Nordish Relief Bureau"),
        ("Polish trains stopped. The country's army said it was late.", "Poland's army"),
        ("Polish trains and German buses stopped. The army said it was late.", "army"),
        ("The Polish army and its envoys said no. It said it was late.", "Polish army"),
        ("A report by the Harbour Commission was read out. The report said it was late.", "Harbour Commission"),
        ("It was late, a Harbour Commission statement said.", "Harbour Commission"),
        ("A senior Ministry of Health official said it was late.", "senior Ministry of Health official"),
        ("Ada Berg, a spokeswoman, said no. A surgeon in the town told her to go. It is late, she said.", "Ada Berg"),
        ("The mayor has a key. Ivan Orlov drove up. “It is late,” said the mayor.", "Ivan Orlov"),
    ],
)  # fmt: skip
def test_names_and_descriptions(text: str, speaker: str | None) -> None:
    assert last("Head\n\n" + text) == speaker


def test_the_nameless_speaker_of_the_lead_is_named_by_the_next_sentences() -> None:
    lead = "Head\n\nFood must be let in, a relief official said on Monday."
    text = f"{lead} Ada Mora, who heads the office, said it was late."
    assert [s.speaker for s in parse_article(text, "a").statements[1:]] == ["Ada Mora", "Ada Mora"]


def test_an_unknown_speaker_is_none() -> None:
    statement = parse_article('Head\n\n"They took my son," she said.', "a").statements[-1]
    assert (statement.kind, statement.speaker) == ("direct", None)


def test_an_interview_in_questions_and_answers() -> None:
    text = "Head\n\nAda Mora was a nurse. Mora lives here.\n\nQ. Who fired?"
    text += "\n\nA. The army did. It always does.\n\nQ. And now?"
    found = [(s.kind, s.speaker) for s in parse_article(text, "a").statements[3:]]
    assert found == [("narration", NARRATOR), *[("direct", "Ada Mora")] * 2, ("narration", NARRATOR)]


def test_an_answer_of_nobody_known_has_no_speaker() -> None:
    statement = parse_article("The quay\n\nQ: Who shut it?\n\nA: The council.", "a").statements[-1]
    assert (statement.kind, statement.speaker) == ("direct", None)


def test_a_transcript_with_names() -> None:
    text = (
        "Head\n\nPRESENTER: With me is Colonel Abe Shire and the lawyer Ada Mora."
        "\n\nCOL. SHIRE: Good evening. They fired.\n\nMORA: They did not.\n\nPRESENTER: Thank you."
    )
    speakers = [s.speaker for s in parse_article(text, "a").statements[1:]]
    assert speakers == [NARRATOR, "Abe Shire", "Abe Shire", "Ada Mora", NARRATOR]


def test_a_colon_does_not_make_a_transcript() -> None:
    text = "Head\n\nUPDATE: The bridge is open.\n\nNOTE: The times are local."
    assert {s.speaker for s in parse_article(text, "a").statements} == {NARRATOR}
