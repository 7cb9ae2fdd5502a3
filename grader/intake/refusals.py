"""Why something in an archive is not taken: a short list of reasons, so that a sandboxed unpacker needs no words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.domain import Text
from grader.messages import say


class Why(StrEnum):
    ABSOLUTE = "absolute"
    OUTSIDE = "outside"
    LINK = "link"
    SPECIAL = "special"
    NAME = "name"
    LONG = "long"
    DEEP = "deep"
    DUPLICATE = "duplicate"
    COLLISION = "collision"
    ENCRYPTED = "encrypted"
    METHOD = "method"
    OVERLAP = "overlap"
    RATIO = "ratio"
    LARGE = "large"
    TOTAL = "total"
    ENTRIES = "entries"
    SHARE = "share"
    DAMAGED = "damaged"
    ARCHIVE_LARGE = "archive_large"
    NESTED = "nested"
    FORMAT = "format"
    TIME = "time"
    MEMORY = "memory"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry that was not taken, by its name in the archive; "" stands for the archive as a whole."""

    name: str
    why: Why


def worded(why: Why) -> Text:
    return _words()[why]


def _words() -> dict[Why, Text]:
    return {
        Why.ABSOLUTE: say("its name in the archive is an absolute path"),
        Why.OUTSIDE: say("its name in the archive leads out of the archive (« .. »)"),
        Why.LINK: say("a link in an archive; links are not taken"),
        Why.SPECIAL: say("neither a file nor a folder, in an archive"),
        Why.NAME: say("its name holds characters, or is a word, that some systems forbid"),
        Why.LONG: say("its name is too long"),
        Why.DEEP: say("too many folders inside each other"),
        Why.DUPLICATE: say("the archive holds this name twice; the first one was taken"),
        Why.COLLISION: say(
            "its name differs from another one only by capitals or accents' spelling; the first was taken"
        ),
        Why.ENCRYPTED: say("protected by a password"),
        Why.METHOD: say("compressed in a way that is not read here; an ordinary zip is expected"),
        Why.OVERLAP: say("it shares its bytes with another entry, as only a forged archive does"),
        Why.RATIO: say("it swells beyond measure when it is unpacked"),
        Why.LARGE: say("the unpacked file would be too large"),
        Why.TOTAL: say("the archive unpacks to too much; what came before was taken"),
        Why.ENTRIES: say("the archive holds too many entries"),
        Why.SHARE: say("more than one student's work may hold; what came before was taken"),
        Why.DAMAGED: say("the archive is damaged or incomplete here; ask for a new one"),
        Why.ARCHIVE_LARGE: say("the archive is too large"),
        Why.NESTED: say("an archive inside a student's archive; only one level is opened"),
        Why.FORMAT: say("archives of this kind are not opened; zip or tar.gz are"),
        Why.TIME: say("unpacking took too long"),
        Why.MEMORY: say("unpacking needed too much memory"),
        Why.MORE: say("and others, for similar reasons"),
    }
