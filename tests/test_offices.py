"""Role and affiliation of a speaker, where the article tells them."""

from __future__ import annotations

import pytest

from stancekit.articles.reading import parse_article


@pytest.mark.parametrize(
    ("text", "role", "affiliation"),
    [
        ("Interior Minister Jan Kowal said it was late.", "interior minister", None),
        ("Polish Interior Minister Jan Kowal said it was late.", "interior minister", "Poland"),
        ("Poland's interior minister, Jan Kowal, said it was late.", "interior minister", "Poland"),
        ("Jan Kowal, a spokesman for the Harbour Board, said it was late.", "spokesman", "Harbour Board"),
        ("Polish Interior Minister Jan Kowal left. Kowal said it was late.", "interior minister", "Poland"),
        ("Mr. Jan Kowal said it was late.", None, None),
        ("Jan Kowal said it was late.", None, None),
        ("A Polish diplomat said it was late.", "diplomat", "Poland"),
        ("A 27-year-old nurse said it was late.", "nurse", None),
        ("The Polish army said it was late.", None, "Poland"),
        ("It was late.", None, None),
    ],
)
def test_role_and_affiliation(text: str, role: str | None, affiliation: str | None) -> None:
    statement = parse_article("Head\n\n" + text, "a").statements[-1]
    assert (statement.speaker_role, statement.speaker_affiliation) == (role, affiliation)
