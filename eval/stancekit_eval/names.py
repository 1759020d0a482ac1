"""Names in scoring: when two names mean the same actor, or the same speaker.

Scoring needs its own, fixed rule, apart from the aliases that the model links with: a figure must not change
because the linker learned an alias, and must stay comparable between codebooks and versions.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_ALIASES = """
united states: us, usa, u s, u s a, america, american, washington, white house, pentagon, united states of america
european union: eu, brussels
russia: moscow, kremlin, putin, vladimir putin, president putin, russian, russian federation, russians
ukraine: kiev, kyiv, ukrainian, ukrainian government, ukrainian authorities, kiev authorities, kyiv authorities
united kingdom: uk, britain, great britain, london, british
united nations: un
un security council: security council, united nations security council
nato: alliance
france: paris, french
germany: berlin, german
poland: warsaw, polish
turkey: ankara, turkish, türkiye
iran: tehran, iranian
israel: israeli, zionist entity, tel aviv
china: beijing, chinese
india: delhi, new delhi, indian
pakistan: islamabad, pakistani
syria: damascus, syrian, syrian government, assad regime, syrian regime
bashar al assad: assad, bashar assad
iraq: baghdad, iraqi
islamic state: isis, isil, daesh, is
pro russian separatists: separatists, rebels, insurgents, pro russian rebels, pro russian forces, pro russian militants
donetsk people s republic: dpr, dnr
luhansk people s republic: lpr, lnr, lugansk people s republic
terrorists: terrorist, terrorist groups, terrorist organizations, armed terrorist groups
armenia: yerevan, armenian
azerbaijan: baku, azerbaijani
georgia: tbilisi, georgian
zimbabwe: harare
saudi arabia: riyadh, saudi
sudan: khartoum, sudanese
rwanda: kigali, rwandan
ethiopia: addis ababa, ethiopian
cyprus: nicosia
myanmar: burma, naypyidaw
democratic republic of congo: dr congo, drc, congo, kinshasa
"""


def _table() -> dict[str, str]:
    rows = (line.partition(": ") for line in _ALIASES.strip().splitlines())
    return {name: main for main, _, others in rows for name in (main, *others.split(", "))}


_TABLE = _table()
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
_ARTICLE = re.compile(r"^(?:an?|the|one|some)\s+(?=\w)", re.IGNORECASE)
_DEMONYM = re.compile(r"(?:ian|ean|ese|ish|an|n|i|ic)$")
# Adjectives that no ending turns into the country's name, for speakers: "Afghan army" and "Afghanistan's army".
_PEOPLES_OF = """
afghan:afghanistan lebanese:lebanon dutch:netherlands swiss:switzerland thai:thailand filipino:philippines
philippine:philippines greek:greece spanish:spain danish:denmark finnish:finland swedish:sweden turkish:turkey
french:france german:germany british:britain iraqi:iraq polish:poland burmese:myanmar kazakh:kazakhstan
uzbek:uzbekistan tajik:tajikistan kyrgyz:kyrgyzstan irish:ireland scottish:scotland cypriot:cyprus croatian:croatia
slovak:slovakia tigrayan:tigray sahrawi:sahara
"""
_PEOPLES = dict(pair.split(":") for pair in _PEOPLES_OF.split())
_BETWEEN = frozenset({"a", "an", "the", "of", "for", "to", "from", "at", "in", "with"})
_WEAK = frozenset({"the", "of", "government", "president", "minister", "mr", "and"})


@lru_cache(maxsize=65_536)
def normalise(name: str) -> str:
    """Return a name in lower case without punctuation and weak words, its known aliases mapped to one."""
    plain = " ".join(re.sub(r"[^\w ]", " ", name.lower()).split())
    if plain in _TABLE:
        return _TABLE[plain]
    # A name of weak words alone ("the government") stays whole rather than vanish.
    strong = " ".join(word for word in plain.split() if word not in _WEAK) or plain
    return _TABLE.get(strong, strong)


@lru_cache(maxsize=65_536)
def same_name(one: str, other: str) -> bool:
    """Return whether two names count as the same actor.

    They do if they are equal once normalised, if one's words contain the other's ("Yanukovych" and "Viktor
    Yanukovych"), or if one is the other's initials ("DPR"). The relation is symmetric but not transitive.
    """
    a, b = normalise(one), normalise(other)
    if a == b:
        return bool(a)
    x, y = a.split(), b.split()
    if set(x) <= set(y) or set(y) <= set(x):
        return True
    return "".join(word[0] for word in x) == b or "".join(word[0] for word in y) == a


def same_speaker(one: str, other: str) -> bool:
    """Tell whether two names can mean the same speaker.

    As for actors (``same_name``), and beyond that without articles, prepositions, accents and possessives,
    with ``Armenia's`` for ``Armenian`` and with another transliteration.
    """
    if " and " in one and " and " in other:  # "Jordan and Britain"
        left, right = one.split(" and ", 1), other.split(" and ", 1)
        if all(same_speaker(x, y) for x, y in zip(left, right, strict=True)):
            return True
    a, b = _plain(one), _plain(other)
    if not a or not b:
        return False
    if same_name(a, b) or _initials(one, other) or _initials(other, one):
        return True
    x, y = ([w for w in normalise(n).split() if w not in _BETWEEN] for n in (a, b))
    few, many = sorted((x, y), key=len)
    return bool(few) and all(any(_alike(w, v) for v in many) for w in few)


def _initials(name: str, other: str) -> bool:
    """Tell whether another name holds the initials of a name's capitalised words: ``AP news agency``."""
    letters = "".join(w[0] for w in re.split(r"[\s-]+", name) if w and w[0].isupper())
    return len(letters) > 1 and letters in other.split()


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", _ARTICLE.sub("", name)))
    return "".join(c for c in letters if not unicodedata.combining(c)).strip()


def _alike(one: str, other: str) -> bool:
    """Tell whether two words are the same, or a country and its adjective."""
    short, long = sorted((one, other), key=len)
    if len(short) > 6 and SequenceMatcher(None, short, long).ratio() > 0.85:  # another transliteration
        return True
    if _PEOPLES.get(one, one) == _PEOPLES.get(other, other):
        return True
    stem = _DEMONYM.sub("", long)
    return short == long or (
        len(stem) > 3 and stem != long and short.rstrip("aeiouy") == stem.rstrip("aeiouy")
    )
