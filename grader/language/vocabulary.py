"""The French and English words by which `understand` tells a yes from a no. All are folded: no accents, no capitals."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _alternatives(phrases: str) -> str:
    return re.sub(r"\s*\n?\s*\|\s*", "|", phrases.strip())


YES_WORDS = _set("oui ouais yes yep yeah true vrai")
NO_WORDS = _set("non nan no nope false faux jamais never")

# After "no", "non" or "jamais", one of these begins a sentence of its own; anything else is what the word
# qualifies ("non linéaire", "no local minimum"), and the word is then no answer.
OPENERS = _set(
    "elle il la le l les ce c cela ca on nous je j un une ne pas en a au pour dans du tout jamais si sauf comme sur "
    "it the this that they we there you i not never as for way at in if when an one"
)

# Agreement that may merely introduce a sentence: "En effet, elle n'est pas convexe" is a no.
AGREEMENT = re.compile(
    r"^(?:"
    + _alternatives(
        "bien sur|tout a fait|absolument|certainement|evidemment|exactement|exact|effectivement|en effet|assurement|"
        "naturellement|bien entendu|toujours|correct|affirmatif|clairement|of course|sure|certainly|definitely|"
        "absolutely|indeed|always|obviously|clearly|naturally|exactly|right|surtout|surement"
    )
    + r")\b"
)
AGREEMENT_REVERSED = re.compile(r"^ ?(?:que )?(?:non|no|pas|not)\b(?! (?:seulement|only))")

REFUSAL = re.compile(
    r"^(?:(?:pas|not|non|ce est pas|ne est pas) (?:"
    + _alternatives(
        "toujours|forcement|forcemment|necessairement|du tout|vraiment|systematiquement|garantie?s?|assuree?s?|"
        "exactement|a chaque fois|a tous les coups|le cas|possible|en general|dans le cas general|always|"
        "necessarily|at all|really|guaranteed|generally|in general|every time|ensured|the case"
    )
    + r")\b|(?:aucune|no|pas de|sans|without|without any) (?:garanties?|guarantees?|certitudes?)\b"
    r"|en aucun cas\b|in no case\b|aucunement\b|nullement\b|not ever\b)"
)

IDIOMS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bcannot\b|\bcant\b", "can not"),
        (r"\bwont\b|\bwon't\b", "will not"),
        (r"\bcan't\b", "can not"),
        (r"\b(is|are|does|do|was|would|could|has|have)n'?t\b", r"\1 not"),
        (r"\b(it|that|he|she)'s\b", r"\1 is"),
        (r"\bi'm\b", "i am"),
        (r"\bn'", "ne "),
        (r"\b(qu|lorsqu|puisqu|jusqu)'", r"\1e "),
        (r"\b(l|d|c|j|s|m|t)'", r"\1 "),
        (r"'", " "),
        (r"\b(?:sans aucun|aucun|sans l ombre d un|pas de|no|without a|without any) (?:doute|doubt)\b", "oui"),
        (r"\bsans doute\b", "peut etre"),
        (r"\b(?:non seulement|pas seulement|pas uniquement|not only|not just)\b", ""),
        (r"\b(?:pas|not) impossible\b", "peut etre"),
        (r"\bimpossible\b", "pas possible"),
        (r"\bil ne fait (?:aucun|pas de) oui(?: que)?\b|\bil ne fait oui(?: que)?\b", "oui"),
        (r"\b(?:je|on|i) (?:pense|crois|dirais?|peut dire)(?: que)? (?=(?:oui|non)\b)", ""),
        (r"\b(oui|non|yes|no)(?: \1)+\b", r"\1"),
        (r"^its\b", "it is"),
        # « un pas bien choisi » is a step, not a negation.
        (r"\b(un|le|du|ce|bon|petit|grand|chaque|au) pas\b", r"\1 step"),
        (r"\bpas (?=d apprentissage|de gradient)", "step "),
        # « La réponse est non », « en général oui »: what comes before the answer is no part of it.
        (
            r"\b(?:(?:la|ma|the|my) (?:reponse|answer) (?:est|is)|(?:en|dans le cas|in) general|a priori|theoriquement"
            r"|(?:en|in) (?:theorie|theory|pratique|practice)),? (?=(?:oui|non|yes|no)\b)",
            "",
        ),
        (r"\b(?:c|ce|it|that|this) (?:est|is) (?:faux|false|wrong)(?=\s*(?:$|[.,;:!]))", "non"),
        (r"\bi do not think so\b", "no"),
        (r"\bi think (?:so|yes)\b", "yes"),
    )
)

# « elle n'a qu'un minimum » restricts, it does not deny; « rien ne dit que… » does.
RESTRICTION = re.compile(
    r"(?P<denied>\b(?:rien|personne|aucune?|ni) (?:\w+ ){0,3})?"
    r"\bne (?P<verb>(?:(?!pas|plus|jamais|rien|aucune?|ni)\w+ ){1,3}?)que (?!(?:elle|il|on|ce|c|nous)\b)"
)

HEDGE = re.compile(
    _alternatives(
        r"""\bje (?:ne )?sais (?:pas|plus)\b | \bi do not know\b | \bdunno\b | \bno idea\b | \baucune idee\b
        | \bje ne suis pas (?:sur|certain) | \bi am not (?:sure|certain) | ^(?:pas|not) (?:sur|certain|sure)\b
        | \bpeut etre\b | \bmaybe\b | \bperhaps\b | \bprobabl\w+ | \bsurement\b | \bsembl\w+ | \bseems?\b
        | (?<!ne )(?<!not )\bdepend(?:s|ent|ing)?\b | \bparfois\b | \bsometimes\b
        | \b(?:quasi|presque|almost|nearly|pseudo|localement|locally)\b | \bplus ou moins\b | \bmore or less\b
        | \bpourquoi pas\b | \bwhy not\b | \bni oui ni non\b
        | \b(?:seulement|uniquement|only) (?:si|if)\b | \bsauf si\b | \bunless\b"""
    )
)

# « ne » and its partners make one negation together; the other words make one each.
PARTNERS = _set("pas plus jamais rien aucun aucune ni nullement guere personne point")
PARTNERS_ALONE = PARTNERS - {"plus", "personne", "point"}
DENIALS = _set("non not never no nor neither without sans hardly none nothing nobody faux fausse false wrong loin far")

# What may stand between a negation, or a verb that asserts, and the word that it bears upon.
LIGHT = _set(
    "de d le la l les un une des du the a an any que that ce c cela ca elle il on it is are est soit be being "
    "etre sera fonction fonctions function functions probleme problem cost loss cout somme sum forcement "
    "necessairement toujours always necessarily vraiment really du tout at all anymore non plus garantit garantir "
    "garantie garanti guarantee guaranteed guarantees certitude assure assurer assuree ensure ensures atteindre "
    "atteint atteigne trouver trouve find reach reaching reaches finding converge converger converges vers to "
    "into of obtenir obtient arriver arrive au y en tomber tombe sur certain sure dire say think pense penser "
    "crois believe from optimisation optimization systematiquement possible seul simple single bien donc "
    "strictement strictly fortement strongly pas si globalement "
)
DETERMINERS = _set("un une le la l a an the one seul seule simple single only this ce cette notre our only")
BARE = _set(
    "strictement strictly bien toujours always donc fortement strongly clairement clearly evidemment oui yes true vrai "
    "en w b globalement absolument absolutely effectivement que of course sur"
)
COPULAS = _set("est is sont are soit reste demeure remains etant being devient")
REACHES = _set(
    "atteint atteindra atteignons trouve trouvera converge convergera reaches reach finds find garantit guarantees "
    "assure ensures obtient arrive converges"
)
MODALS = _set(
    "peut peuvent pourrait devrait can could may might should would serait possible difficile hard seulement only"
)
SUBORDINATE = _set("si if qui which quand when lorsque comme as que where ou")

ATTAINED = re.compile(
    r"^ ?(?:(?:"
    + _alternatives(
        "est|is|sera|are|will|be|etre|can|peut|toujours|bien|always|forcement|necessarily|necessairement|donc"
    )
    + r") )*(?:"
    + _alternatives("atteinte?|garantie?|assuree?|guaranteed|ensured|assured|reached|attained|found|trouvee?|verifiee?")
    + r"|obtenue?|certaine?|respectee?)s?\b"
)
CANNOT = re.compile(
    r"^ ?(?:peut|suffit|suffisent|permet|sait|can|could|suffices?|is enough|is sufficient|est suffisant|est capable"
    r"|is able|does|marche|fonctionne|arrive|parvient)\b"
)
CAN = re.compile(
    r"^ ?(?:suffit|suffisent|suffices|is enough|is sufficient|est suffisant"
    r"|(?:peut|can) (?:le |la )?(?:faire|do|apprendre|learn|resoudre|solve)(?: (?:it|xor|le xor))?)$"
)
ANAPHORA = re.compile(
    r"^(?:(?:pour|for|dans|in|avec|with) (?:\w+ ){1,4})?"
    r"(?:(?:it|this|that|she|he|they|we|you|one) (?:is|does|do|can|will|are|holds)"
    r"(?: (?:true|guaranteed|the case|possible|correct|right))?"
    r"|(?:elle|il|on|ca|cela|ce|c|je) (?:le |la )?l (?:est|atteint|a|garantit)"
    r"|(?:(?:c|ce|cela|ca|it|that) (?:est|is) )?"
    r"(?:le cas|vrai|exact|correct|garantie?s?|assuree?s?|guaranteed|true|ensured)"
    r"|(?:c|ce|cela) est possible|(?:le |la |l )?(?:garantit|assure))$"
)
FILLERS = _set(
    "bien toujours really always indeed donc forcement necessairement certainly certainement du tout at all vraiment"
)
STRICT = re.compile(r"\b(?:strict|fort|strong)\w* $")
COMPARED = re.compile(r"\b(?:plus|moins|aussi|more|less|as) $")
LIMITS = _set("pour for dans in si if en quand when sur")  # « oui pour l'un, non pour l'autre »
CAUSES = _set("car parce because since puisque")
ONLY = _set("seulement uniquement only")
