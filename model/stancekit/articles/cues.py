"""The verbs that attribute words or positions to somebody, by how much else must be there.

Most come from Levin, English Verb Classes and Alternations (1993), sections 33 (judgement) and 37
(communication).
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


SAY = words(
    "say tell state claim assert argue insist stress note remark warn caution admit"
    " acknowledge confirm deny disclose complain allege reiterate repeat"
    " emphasise emphasize underline underscore plead pledge vow threaten boast joke quip lament mutter"
    " shout cry accuse blame condemn denounce criticise criticize slam blast decry deplore praise hail"
    " applaud reject dismiss refute rebuff ridicule mock scoff exclaim urge reaffirm recount thank"
    " welcome predict opine assure reassure counter retort interject bemoan commend salute"
    " congratulate chide rebuke castigate lambast lambaste berate object contradict profess affirm"
    " intone muse thunder grumble growl stipulate concur demand appeal advise apologise apologize"
    " exhort implore beseech advocate laud extol rail liken characterise characterize describe express"
    " voice convey slate echo announce declare defend promise compare dispute hint portray question"
)
"""Verbs of saying and of taking a position in words: enough with a subject."""

THINK = words(
    "concede hop believe think hope fear suggest report agree know expect see feel doubt wonder estimate find"
    " hold rule consider worry suspect propose promise answer continue speculate understand imply"
    " indicate recommend reckon guess dispute regret judge read comment respond reply write tweet post"
    " explain proclaim declare announce reveal testify conclude observe recall brief inform notify"
    " whisper sigh elaborate clarify ponder lecture attest swear call want describe label brand"
    " request oppose back seek dub term say sum joke smile laugh signal ask require decide caution"
    " calculate order shrug add protest charge maintain contend"
)
"""Verbs that attribute only with a clause as their object (``believes that ...``) or beside a quotation."""

WITH_PREPOSITION = {
    "call": words("for on upon"),
    "speak": words("of out against"),
    "point": words("out to"),
    "rule": words("out"),
    "lash": words("out"),
    "hit": words("back out"),
    "press": words("for"),
    "push": words("for"),
    "compare": words("to with"),
    "come": words("out"),
    "take": words("aim issue"),
}
"""Verbs that attribute with one of these words after them."""

WITH_OBJECT = {
    "ask": words("for to"),
    "put": words("number figure figures toll losses loss dead death total cost count estimate"),
    "set": words("out"),
    "draw": words("attention"),
    "make": words("clear plain"),
    "go": words("on"),
    "offer": words("to"),
    "issue": words("warning threat call appeal denial apology"),
    "give": words("warning"),
}
"""Verbs that attribute with one of these words as their object or beside it."""

QUOTING = words("quote cite")
"""Verbs whose object speaks: ``quoted the minister as saying``."""

WILLING = words("willing unwilling ready prepared")
"""Adjectives that tell a position: ``is willing to withdraw``."""

LAST = words("say add report tell")
"""Verbs that attribute a whole sentence from its end."""

GO_ON = words(
    "go continue like proceed want try attempt begin start use be keep hasten have appear seem make"
)
"""Verbs that hand their subject on to a verb of saying: ``went on to accuse``."""

JUDGE = words(
    "accuse blame condemn denounce criticise criticize slam praise hail reject dismiss ridicule mock welcome"
    " describe call deplore"
)
"""Verbs that attribute in the passive as well: ``was condemned by Berlin``."""
