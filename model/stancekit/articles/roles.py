"""Words for roles of persons, for bodies and for documents: what a speaker phrase is about."""

from __future__ import annotations

import re

from stancekit.articles.cues import words

TITLES = words(
    "mr mrs ms miss mx dr prof professor president prime minister premier pm mp mep chancellor chairman"
    " chairwoman chair secretary general gen colonel col lieutenant lieut lt major maj captain capt"
    " sergeant sgt brigadier brig admiral adm vice rear marshal field commander commodore senator sen"
    " representative rep congressman congresswoman governor gov mayor ambassador amb envoy spokesman"
    " spokeswoman spokesperson deputy foreign defence defense interior finance justice energy health"
    " economy economic former acting ex king queen prince princess pope archbishop bishop patriarch father"
    " sister imam sheikh sheik ayatollah grand rabbi rev reverend sir dame lord lady judge chief"
    " superintendent inspector councillor councilman councilwoman special first state leader director emir"
    " alhaji mallam archimandrite lawmaker analyst commentator physician lawyer under assistant permanent"
    " undersecretary commissioner speaker high retired then opposition attorney human rights political"
    " pastor skipper county party army police military security head coordinator delegate diplomat"
    " colleague counterpart aide officer commanding adviser advisor author journalist activist"
)
"""Words before a name that are no part of it, in lower case and without the full stop."""

ABBREVIATED = words("mr mrs ms mx dr prof gen col lt maj capt sgt brig adm sen rep gov amb rev pm mp mep")
"""Titles that stand before a person's name and nowhere else."""

COURTESY = words("mr mrs ms miss mx dr prof sir dame lord lady")
"""Titles that tell no office."""

SHE = words("mrs ms miss madame spokeswoman chairwoman congresswoman councilwoman lady queen princess woman")
HE = words("mr sir spokesman chairman congressman councilman lord king prince pope father brother man")
"""Words in a person's role that tell the gender."""

PEOPLE = words(
    "official officer man woman boy girl resident fighter soldier teacher farmer witness diplomat analyst"
    " expert historian lawyer doctor nurse mechanic driver student worker priest monk nun bishop imam cleric"
    " monarch emir king queen president minister premier chancellor secretary general colonel major captain"
    " sergeant brigadier admiral commander commodore marshal senator congressman congresswoman lawmaker mp"
    " deputy governor mayor ambassador envoy spokesman spokeswoman spokesperson leader chief head chairman"
    " chairwoman chair director commissioner inspector superintendent councillor politician adviser advisor"
    " aide researcher scientist professor economist journalist reporter editor writer author activist"
    " campaigner organiser organizer volunteer shopkeeper trader fisherman skipper sociologist negotiator"
    " mediator delegate representative coordinator colleague counterpart attorney prosecutor judge detainee"
    " prisoner refugee survivor victim mother father brother sister son daughter wife husband widow"
    " grandmother grandfather uncle aunt cousin neighbour neighbor friend guard policeman rebel gunman"
    " militant separatist veteran retiree pensioner engineer manager executive banker businessman"
    " businesswoman owner founder member source observer monitor inspector investigator person commentator"
    " pundit academic scholar fellow singer actor poet pastor rabbi sheikh pope patriarch archbishop surgeon"
    " physician speaker candidate host presenter interviewer correspondent strongman dictator premier tsar"
    " attache archimandrite officer-general ombudsman undersecretary vice-minister chairperson"
    " ally opponent advocate"
    " medic consul sheriff crew agent pilot guru spy peasant patient migrant inmate recruit champion fan"
    " relative exile tycoon republican democrat insider"
)
"""Nouns for one person, in the singular."""

GENERIC_PEOPLE = words(
    "official politician diplomat leader man woman monarch lawmaker expert commentator figure aide envoy"
    " correspondent spokesman spokeswoman spokesperson representative"
)
"""Nouns that "the ..." takes up again for a person of any such role."""

BODIES = words(
    "ministry government commission committee council group organisation organization agency army military"
    " police office court parliament party union bank company mission bloc alliance administration authority"
    " service body department embassy movement militia junta command staff front association network"
    " institute centre center foundation federation league board cabinet senate house congress delegation"
    " force navy secretariat panel watchdog charity assembly presidency republic state country kingdom city"
    " opposition side newspaper paper channel television outlet region fund ngo regime coalition faction"
    " municipality provider firm operator university college hospital consulate ombudsman rebels team"
    " campaign observatory bureau tribunal chamber division brigade battalion corps legislature church synod"
    " directorate magazine website portal"
)
"""Nouns for bodies that can speak, in the singular."""

IN_BODIES = words(
    "rights watch international times post news amnesty forum society press crescent cross monitor"
)
"""Words in the names of bodies that are in no person's name."""

GENERIC_BODIES = words(
    "group organisation organization body bloc company agency charity watchdog movement firm alliance union"
    " mission party newspaper paper channel outlet network institute association ngo provider operator"
)
"""Bodies that "the ..." refers back to, whatever they are."""

DOCUMENTS = words(
    "statement report communique communiqué letter document survey study text resolution release message"
    " tweet post article announcement declaration poll dispatch editorial email lawsuit complaint analysis"
    " research review investigation inquiry ruling memo column interview slide film advertisement ad"
)
"""Things that speak in place of who wrote them."""

GROUPS = words(
    "people police staff elders critics locals others some many most few both crowd public villagers rebels"
    " authorities forces troops youth all women men children parents separatists militants"
    " family media those each brass percent"
    " juror mob majority minority population community nation citizenry"
)
"""Nouns for several people."""

MEDIA = words(
    "afp ap reuters interfax tass itar-tass ria xinhua bbc cnn upi dpa efe ansa novosti unian ukrinform"
)
"""News agencies and broadcasters, in lower case: they pass on what others say."""

_PERSONAL = re.compile(r"(?:[^aeiou]er|or|ist|man|woman|men|women|ian|ee|ant|person|people)$")
_THINGS = words(
    "agreement treaty deal act law zone sanctions constitution order number paper letter matter border river"
    " power water winter summer error terror corridor sector factor tower computer chapter centre center"
    " weather minor motor harbour honor labor rumor horror effort corner"
)


def speaks(noun: str, lemma: str) -> bool:
    """Tell whether a common noun can be a speaker: a person, people, a body or a document.

    Args:
        noun: The word, in lower case.
        lemma: Its lemma, in lower case.
    """
    if lemma in _THINGS or noun in _THINGS:
        return False
    known = PEOPLE | BODIES | DOCUMENTS | GROUPS | TITLES
    return lemma in known or noun in known or _PERSONAL.search(lemma) is not None
