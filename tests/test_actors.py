from __future__ import annotations

import pytest

from stancekit import nlp
from stancekit.actors.actor import TEXT
from stancekit.actors.finder import MAX_ACTORS, ActorFinder, same_actor
from stancekit.actors.gazetteer import Gazetteer, builtin
from stancekit.actors.linking import acronyms
from stancekit.codebook import Codebook
from stancekit.errors import MissingExtraError
from stancekit.records import Stance, Statement
from stancekit_eval.actor_recall import is_named, measure


def say(text: str, *context: str) -> Statement:
    return Statement(id="s", text=text, context=context)


@pytest.fixture(scope="module")
def finder() -> ActorFinder:
    return ActorFinder(Codebook.default())


def names(finder: ActorFinder, text: str, *context: str) -> list[str]:
    return [a.name for a in finder.find(say(text, *context))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moscow must answer, and the Kremlin knows it, said a Russian envoy.", ["Russia"]),
        ("Norwegians were told that Oslo had agreed.", ["Norway"]),
        ("The U.S. and the UK blamed Türkiye.", ["United States", "United Kingdom", "Turkey"]),
        ("Bolivian soldiers guarded the bridge.", ["Bolivia"]),
        ("Boko Haram fighters burned the market.", ["Boko Haram"]),
        ("The government in Khartoum lied to us.", ["Sudan"]),
        ("Pro-Serbian songs were sung by the French-speaking choir.", []),
        ("The bridge was blown up by pro-Russia separatists.", ["pro-Russian separatists"]),
    ],
)
def test_aliases_are_linked_to_one_name(finder: ActorFinder, text: str, expected: list[str]) -> None:
    assert names(finder, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The armed separatists shelled the dam.", "separatists"),
        ("They praised the pro-Iranian militias of the valley.", "pro-Iranian militias"),
        ("The junta closed every school.", "junta"),
        ("Peruvian farmers' leaders blamed the riot police for the deaths.", "riot police"),
        ("He thanked the Georgian opposition parties.", "Georgian opposition parties"),
    ],
)
def test_collective_nouns_keep_the_modifiers_that_matter(
    finder: ActorFinder, text: str, expected: str
) -> None:
    assert expected in names(finder, text)


def test_backed_group_and_its_backer_are_both_proposed(finder: ActorFinder) -> None:
    assert names(finder, "Rwandan-backed rebels crossed the lake.") == ["Rwanda", "Rwandan-backed rebels"]


def test_bare_group_takes_the_name_of_the_group_before(finder: ActorFinder) -> None:
    context = "Tuareg rebels took the town in March."
    assert names(finder, "The rebels then burned the archive.", context) == ["Tuareg rebels"]


def test_surname_takes_the_full_name_of_the_context(finder: ActorFinder) -> None:
    context = "Defence Minister Ingrid Halvorsen spoke in the evening."
    found = names(finder, "Mrs Halvorsen has betrayed the fishermen.", context)
    assert found == ["Ingrid Halvorsen"]


def test_introduced_acronym_is_its_long_name() -> None:
    text = "She leads the Red Valley Front (RVF) since May; nobody (NB) knows."
    assert acronyms(text) == {"RVF": "Red Valley Front"}


def test_mentions_are_offsets_into_their_segment(finder: ActorFinder) -> None:
    statement = say("Ghana thanked the Chinese doctors, and China again.", "Beijing had sent a ship.")
    for actor in finder.find(statement):
        for m in actor.mentions:
            segment = statement.text if m.segment == TEXT else statement.context[m.segment]
            assert segment[m.start : m.end] in {"Ghana", "Chinese", "China", "Beijing"}
    china = next(a for a in finder.find(statement) if a.name == "China")
    assert [m.segment for m in china.mentions] == [TEXT, TEXT, 0]


def test_actors_of_the_text_come_first_and_nearer_context_before_farther(finder: ActorFinder) -> None:
    found = names(finder, "Kenya and Uganda disagree.", "Chad was silent.", "Togo protested.")
    assert found == ["Kenya", "Uganda", "Togo", "Chad"]


def test_no_more_than_the_cap(finder: ActorFinder) -> None:
    text = "Kenya, Uganda, Chad, Togo, Mali, Ghana, Peru, Fiji, Cuba, Haiti, Italy, Spain and Japan voted."
    found = names(finder, text)
    assert len(found) == MAX_ACTORS
    assert found[:2] == ["Kenya", "Uganda"]


def test_many_equals_one_by_one_in_any_order(finder: ActorFinder) -> None:
    statements = [
        say("The rebels lie.", "Tuareg rebels left Gao."),
        say("Niger must pay.", "The rebels lie."),
        say("The rebels lie."),
    ]
    together = finder.find_many(statements)
    fresh = ActorFinder(Codebook.default())
    assert [fresh.find(s) for s in reversed(statements)] == together[::-1]


def test_codebook_aliases_win_and_rename(finder: ActorFinder) -> None:
    aliases = {"Russian Federation": ["the Bear"], "River Pact": ["Pact"]}
    own = ActorFinder(Codebook.default().model_copy(update={"aliases": aliases}))
    assert names(own, "The Bear and the Pact met; the Kremlin smiled.") == [
        "Russian Federation",
        "River Pact",
    ]
    assert names(finder, "The Kremlin smiled.") == ["Russia"]


def test_gazetteer_tells_acronyms_from_words() -> None:
    found = [m.entry.name for m in builtin().find("It is us who ask the US and the WHO.")]
    assert found == ["United States", "World Health Organization"]


def test_gazetteer_takes_the_longest_alias() -> None:
    assert [m.entry.name for m in builtin().find("South Sudan and Sudan")] == ["South Sudan", "Sudan"]
    assert (
        Gazetteer({"Sudan border force": []}).find("a Sudan border force")[0].entry.name
        == "Sudan border force"
    )


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("the Kremlin", "Russia", True),
        ("Russian Foreign Ministry", "Moscow", True),
        ("Ingrid Halvorsen", "Halvorsen", True),
        ("American contractors", "US contractors", True),
        ("RVF", "Red Valley Front", True),
        ("rebels", "Tuareg rebels", True),
        ("Sudan", "South Sudan", False),
        ("Ukraine", "eastern Ukraine protesters", False),
        ("Russia", "Russian media", False),
        ("", "Russia", False),
    ],
)
def test_same_actor(a: str, b: str, same: bool) -> None:
    assert same_actor(a, b) is same
    assert same_actor(b, a) is same


def test_missing_pipeline_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlp, "OFFICIAL", "no_such_pipeline_a")
    monkeypatch.setattr(nlp, "FALLBACK", "no_such_pipeline_b")
    with pytest.raises(MissingExtraError, match="pip install no-such-pipeline-b"):
        nlp.load_nlp.__wrapped__()


def test_recall_counts_named_and_unnamed_gold_actors(finder: ActorFinder) -> None:
    against = [Stance(family="actor", target=x, position="against") for x in ("Ghana", "Iceland")]
    statement = say("Ghana lied to the fishermen.").model_copy(update={"stances": tuple(against)})
    result = measure([statement], finder)
    assert (result.gold.total(), result.found.total()) == (2, 1)
    assert (result.named.total(), result.named_found.total()) == (1, 1)
    assert (result.candidates, result.with_stance) == (1, 1)


def test_is_named_knows_aliases_and_surnames() -> None:
    assert is_named("Russia", say("The Kremlin smiled."))
    assert is_named("Ingrid Halvorsen", say("Halvorsen smiled."))
    assert not is_named("United States", say("They told us nothing."))
