"""The verbs that attribute words or positions to somebody, by how much else must be there.

Levin, English Verb Classes (1993), chapter 37 (communication), is where most of them come from.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


SAY = words(
    "say tell add state declare announce claim assert argue insist stress note remark comment"
    " explain reply respond warn caution admit concede acknowledge confirm deny reveal disclose write"
    " tweet complain allege charge maintain contend reiterate repeat emphasise emphasize underline"
    " underscore plead pledge vow threaten boast joke quip lament mutter shout cry accuse blame"
    " condemn denounce criticise criticize slam blast decry deplore praise hail applaud reject"
    " dismiss refute rebuff ridicule mock scoff testify exclaim conclude urge reaffirm recount"
    " observe recall thank welcome predict proclaim opine assure reassure counter retort interject"
    " deplore bemoan commend salute congratulate chide rebuke castigate lambast lambaste berate"
    " protest object swear contradict profess affirm attest intone lecture ponder muse thunder"
    " grumble growl whisper sigh stipulate elaborate clarify concur demand appeal advise apologise"
    " apologize exhort implore beseech advocate laud extol rail liken characterise characterize"
    " signal opine inform notify brief describe"
)
"""Verbs of saying and of taking a position in words: enough with a subject."""

THINK = words(
    "believe think hope fear suggest report agree know expect see feel doubt wonder estimate find"
    " hold rule consider worry suspect propose promise answer ask continue speculate understand"
    " assume imply indicate recommend reckon concede guess mean dispute show regret judge read"
)
"""Verbs that attribute only with a clause as their object (``believes that ...``) or beside a quotation."""

WITH_PREPOSITION = {
    "call": words("for on upon"),
    "speak": words("of out against"),
    "appeal": words("to for"),
    "object": words("to"),
    "point": words("out to"),
    "rule": words("out"),
    "lash": words("out"),
    "hit": words("back out"),
    "press": words("for"),
    "push": words("for"),
    "argue": words("for against that"),
    "refer": words("to"),
}
"""Verbs that attribute only with one of these words after them."""

SOFT = words(
    "call want ask describe label brand request oppose support back express voice offer seek set put"
    " lay draw dub term"
)
"""Verbs that attribute with an object and a subject of speech, or beside a quotation."""

GO_ON = words(
    "go continue like proceed want try attempt begin start use be keep hasten have need appear seem"
)
"""Verbs that hand their subject on to a verb of saying: ``went on to accuse``."""

SUBJECT_MOVES = words(
    "accuse add say warn insist argue claim note stress call describe urge blame tell declare vow"
)
"""Participles (``..., saying that ...``) that attribute a sentence even after a verb of another kind."""

REPORTERS = words(
    "report statement letter communique communiqué survey study document resolution article tweet poll"
)
"""Things that speak in place of their authors: ``the report says``."""
