"""Words written alike that sound different, their senses and the words around them that tell which is meant.

For the words that the lexicon of the ``hibari`` package has only one reading for, and for contexts in which its tagger
errs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sense:
    """What a word is: a tag that the lexicon knows a reading for, or the phonemes themselves."""

    tag: str | None = None
    """Of the Penn Treebank."""
    american: str | None = None
    british: str | None = None


NOUN, VERB, PAST, DONE, ADJECTIVE = (Sense(tag) for tag in ("NN", "VB", "VBD", "VBN", "JJ"))
METAL = Sense(None, "lˈɛd", "lˈɛd")
LOW = Sense(None, "bˈAs", "bˈAs")
DEER = Sense(None, "dˈOz", "dˈQz")
RUB = Sense(None, "pˈɑlɪʃ", "pˈɒlɪʃ")
QUARREL, QUARRELS = Sense(None, "ɹˈW", "ɹˈW"), Sense(None, "ɹˈWz", "ɹˈWz")
OF_A_LIFE = Sense(None, "ɹˈɛzəmˌA", "ɹˈɛzjuːmˌA")
NUMB = Sense(None, "nˈʌməɹ", "nˈʌmə")
OLD = Sense(None, "ˈAʤɪd", "ˈAʤɪd")
BEND = Sense(None, "bˈW", "bˈW")

SUBJECT = (
    r"(?:i|you|we|they|who|to|please|will|would|can|could|should|must|may|might|shall|not|n't|do|does|did|'ll|let's)"
)
OWN = r"(?:a|an|the|my|your|his|her|its|our|their|this|that|no|any|some|each|every|another)"
ADVERB = r"(?:always|often|never|usually|sometimes|still|also|just|automatically|slowly|now|soon|early|late)"
HAVE = r"(?:have|has|had|'ve|having)"
START = r"(?:^|[.!?;:,—] |\band |\bthen |\bplease )"
STUFF = (
    r"paint|pipes?|acid|poisoning|battery|batteries|weights?|shot|solder|crystal|levels?|free|glass|lined|"
    r"content|based"
)
TABLE: tuple[tuple[str, Sense, str], ...] = (
    ("read", DONE, rf"\b{HAVE} (?:i|you|we|they|he|she|it|anyone|everyone) (?:\w+ )?<"),
    ("read", DONE, rf"\b{HAVE} (?:\w+ly |already |just |never |not |n't |all )*<"),
    ("read", DONE, r"\b(?:is|was|were|are|been|be|being|gets?|got) (?:\w+ly |already |just |never |not |all )*<"),
    ("read", PAST, r"\b(?:he|she|it) (?:just |also |then |never |already |only )?<"),
    ("read", VERB, r"\b(?:i|we|you|they) <.*\b(?:every|daily|weekly|often|usually|always)\b"),
    ("read", VERB, r"\b(?:always|often|usually|sometimes|never) <.*\b(?:to|before|in bed|every)\b"),
    ("read", PAST, r"<.*\b(?:yesterday|ago|last|earlier)\b"),
    (
        "lead",
        METAL,
        (
            r"\b(?:of|with|from|contains?|containing|in the|like|as heavy as|cast|molten|"
            r"melted) <lead> *(?:$|[.,;:!?]|and|or|in|is)"
        ),
    ),
    ("lead", METAL, rf"<lead> (?:- )?(?:{STUFF})\b"),
    (
        "lead",
        METAL,
        (
            r"\b(?:had|has|have) <lead> in\b|<lead> in (?:the|our|your|this|old) (?:paint|water|pipes?|"
            r"soil|air|blood|solder|glass|tap)\b"
        ),
    ),
    ("live", ADJECTIVE, r"\b(?:watch|watched|see|saw|seen|stream|play|hear|heard) (?:it|us|them|her|him|me) <"),
    ("live", VERB, rf"\b{SUBJECT} (?:{ADVERB} |all |both |not )?<"),
    (
        "live",
        ADJECTIVE,
        r"\b(?:is|are|was|be|go|goes|went|going|played|recorded|broadcast|watch|streamed|streaming) <",
    ),
    ("close", VERB, rf"\b{SUBJECT} (?:{ADVERB} )?<"),
    ("close", VERB, rf"{START}<\w+> (?:{OWN}|all|both|it|them|up|down)\b"),
    (
        "close",
        VERB,
        (
            r"\b(?:s|doors?|windows?|shops?|gates?|blinds|curtains|shutters|stores?|valves?|"
            rf"{ADVERB}) <close> (?:at|on|in \w+ (?:seconds?|minutes?|hours?)|automatically|now|soon|early|"
            r"by|for|when|after|if|slowly)\b"
        ),
    ),
    (
        "close",
        ADJECTIVE,
        r"<close> (?:to|by|call|friends?|together|enough|contact|observation|relatives?|range|up to)\b",
    ),
    (
        "close",
        ADJECTIVE,
        r"\b(?:too|very|so|as|quite|how|get|stay|keep|come|came|getting|stand|sit|is|was|are|were) <",
    ),
    ("tear", VERB, rf"{START}<\w+> (?:{OWN}|along|off|open|up|out|here|it|them)\b"),
    ("tear", VERB, rf"\b{SUBJECT} (?:{ADVERB} )?<"),
    (
        "tear",
        VERB,
        (
            r"\bwear and <|<tear> (?:in the|in your|in my|in his|in her) (?:muscle|ligament|fabric|skin|"
            r"shirt|\w+ muscle)"
        ),
    ),
    (
        "minute",
        ADJECTIVE,
        (
            r"<minute> (?:amounts?|quantity|quantities|details?|particles?|traces?|difference|differences|"
            r"changes?|crack|cracks|speck|grains?)\b"
        ),
    ),
    (
        "object",
        VERB,
        (
            rf"\b(?:i|we|you|they|to|strongly|will|would|may|can) (?:{ADVERB} )?<object> (?:to|that|if|"
            r"when|strongly)\b"
        ),
    ),
    (
        "content",
        ADJECTIVE,
        (
            r"\b(?:am|is|are|was|were|be|feel|feels|felt|'m|'re|seem|seems|looks?|quite|very|perfectly|"
            r"not) <content> *(?:with|to|$|[.,;!?]|and)"
        ),
    ),
    ("bow", BEND, rf"{START}<bow> (?:to|down|before|your)\b|\bwill <bow> |\bto <bow> (?:to|down|before|your)\b"),
    (
        "bow",
        BEND,
        (
            r"<bow> (?:of|wave|thruster|thrusters|rail|door|doors|deck|and stern)\b|\b(?:stern and|port|"
            r"starboard|ship 's|boat 's) <bow>|\b(?:take|takes|took|deep|low|polite) (?:a |his |her |"
            r"their )?<bow>"
        ),
    ),
    (
        "bow",
        NOUN,
        (
            r"<bow> and arrows?\b|\btied? (?:a|the|it in a|your) <|\b(?:violin|hunting|ribbon|long|cross|"
            r"gift) <"
        ),
    ),
    (
        "bass",
        LOW,
        (
            r"<bass> (?:guitars?|drums?|players?|clef|line|lines|notes?|boost|level|levels|sounds?|"
            r"speakers?|clarinet|voice|volume|and treble|solo|frequencies|is too|is turned)\b"
        ),
    ),
    (
        "bass",
        LOW,
        (
            r"\b(?:treble and|turn|turn up|turn down|up|down|more|less|reduce|boost|increase|heavy|deep|"
            r"play|plays|played|double|the treble or|on) (?:the )?<bass> *(?:$|[.,;!?]|and|or|on|in|a|for|"
            r"by|to)"
        ),
    ),
    (
        "does",
        DEER,
        (
            r"\b(?:the|two|three|four|five|six|some|several|bucks and|many) <does> (?:and|are|were|with|"
            r"graze|ran|have)\b"
        ),
    ),
    ("polish", RUB, rf"{START}<polish> (?:{OWN}|it|them|all|with|until|both)\b"),
    (
        "row",
        QUARREL,
        (
            r"\b(?:had|have|having|an?|big|huge|family|terrible|the) (?:\w+ )?<row> (?:about|over|"
            r"with (?:his|her|my|your|their|the) (?:\w+ )?(?:wife|husband|boss|neighbou?rs?|brother|"
            r"sister|mother|father|son|daughter|partner))\b"
        ),
    ),
    ("rows", QUARRELS, r"<rows> (?:about|over)\b"),
    (
        "contract",
        VERB,
        (
            r"(?:muscles?|metals?|materials?|lungs|arteries|vessels|pupils|to|can|could|may|will|might|"
            r"expand and|not|n't|they|you) <contract> (?!(?:with|for|is|was|has|law)\b)"
        ),
    ),
    ("resume", OF_A_LIFE, rf"\b{OWN} (?:\w+ )?<resume> *(?:$|[.,;!?]|and|to|as|by|for|in|is|was|here|with|on|or)"),
    ("number", NUMB, r"\b(?:feels?|felt|feeling|becomes?|became|getting|gets?|got|grows?|grew|went|even) <number>"),
    (
        "used",
        PAST,
        (
            r"\b(?:am|are|is|be|been|being|get|gets|getting|got|was|were|'m|'re|become|became) (?:you |"
            r"we |they |he |she |it |quite |not |\w+ly )?<used> to (?:it|the|this|that|these|those|him|"
            r"her|them|you|being|having|living|working)\b"
        ),
    ),
    ("invalid", ADJECTIVE, r"<invalid> (?!(?:is|was|and|who|in|needs|has|or|can|will|at|on|with)\b)[a-z]"),
    (
        "wind",
        VERB,
        (
            r"\b(?:windows?|roads?|rivers?|paths?|trails?|they|it|to|streets?) <wind> (?:down|up|through|"
            r"around|along|back)\b"
        ),
    ),
    (
        "aged",
        OLD,
        (
            r"\b(?:the|an|our|my|his|her|their) <aged> (?:man|woman|parents?|mother|father|relatives?|"
            r"couple|aunt|uncle|people|population|lady|gentleman|and|care)\b"
        ),
    ),
)
"""Word, its sense, and where: the words around it with the word itself in angle brackets."""
