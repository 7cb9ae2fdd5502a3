"""Every sentence is there in both languages, says the same in both, and cannot hurt a terminal."""

from __future__ import annotations

import ast
import io
import math
import pickle
import string

import pytest
from babel.messages.pofile import read_po

from grader import errors
from grader.domain import Text
from grader.messages import LOCALE, join, number, percent, plain, safe, say, say_n, translate
from tests.tools.catalogues import KEYWORDS, PACKAGE, compiled, french, rooms_of, spoken

Message = str | tuple[str, str]


def said() -> dict[Message, str]:
    """Every message in the code with a place where it is said, found by reading the code as Python does: also those
    inside f-strings, which an extractor of texts may not see."""
    found: dict[Message, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS:
                texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                message = tuple(texts) if getattr(node.func, "id", "") == "say_n" else "".join(texts[:1])
                if message:
                    found.setdefault(message, f"{path.relative_to(PACKAGE)}:{node.lineno}")  # type: ignore[arg-type]
    return found


SPOKEN = said()
FRENCH = {(m.id if isinstance(m.id, str) else tuple(m.id)): m.string for m in french()}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_message_has_a_french_translation() -> None:
    assert {message: place for message, place in SPOKEN.items() if message not in FRENCH} == {}


def test_the_tool_that_compiles_the_catalogue_misses_no_message_that_is_said_outside_an_f_string() -> None:
    assert set(spoken()) <= set(SPOKEN)
    assert len(spoken()) > 0.9 * len(SPOKEN)


def test_the_compiled_catalogue_is_that_of_the_sources() -> None:
    """Else: `python -m tests.tools.catalogues`."""
    assert (LOCALE / "fr" / "LC_MESSAGES" / "grader.mo").read_bytes() == compiled(french())


def test_no_translation_is_left_over() -> None:
    """A sentence that is no longer said is no longer kept."""
    assert sorted(map(str, FRENCH.keys() - SPOKEN.keys() - {""})) == []


def test_each_translation_lies_in_the_file_of_a_room_that_says_it() -> None:
    """Else: `python -m tests.tools.catalogues --prune`."""
    places, wrong = spoken(), []
    for path in sorted((LOCALE / "fr").glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="fr"):
            key = message.id if isinstance(message.id, str) else tuple(message.id)
            if key in places and path.stem not in rooms_of(places[key]):
                wrong.append((path.name, key))
    assert wrong == []


def test_both_languages_have_the_same_places_to_fill_in() -> None:
    wrong = {}
    for message, translation in FRENCH.items():
        english = [message] if isinstance(message, str) else list(message)
        translated = [translation] if isinstance(translation, str) else list(translation)
        wanted = fields(english[-1])
        # A singular may spell its number out.
        if any(
            fields(t) != wanted and not (len(translated) > 1 and fields(t) == wanted - {"count"}) for t in translated
        ):
            wrong[message] = translated
    assert wrong == {}


def test_fields_are_names_and_nothing_is_looked_up_in_them() -> None:
    for message in SPOKEN:
        for sentence in [message] if isinstance(message, str) else message:
            assert all(name.isidentifier() for name in fields(sentence)), sentence


def test_french_typography_keeps_its_signs_with_their_words() -> None:
    """No line may begin with « ? », « : » or « ! »: the space before them does not break."""
    flat = {m: t for m, s in FRENCH.items() for t in ([s] if isinstance(s, str) else s)}
    wrong = [t for t in flat.values() if any(f" {sign}" in t for sign in "?!;»") or "« " in t]
    assert wrong == []


# ── One path ────────────────────────────────────────────────────────────────────────────────────

MAKE_TEXTS = {"messages.py", "domain.py", "domain"}  # what `say` and its kin rest on


def names_of(node: ast.expr) -> str:
    """The last part of a dotted name: `errors.UsageError` → "UsageError"."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def error_classes(trees: list[ast.Module]) -> set[str]:
    """`GraderError` and every class of the grader that inherits from it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, before = {"GraderError"}, 0
    while len(found) > before:
        before = len(found)
        found |= {one.name for one in classes if any(names_of(base) in found for base in one.bases)}
    return found


def is_written(node: ast.expr) -> bool:
    """A literal, an f-string, or a sum of them."""
    if isinstance(node, ast.BinOp):
        return is_written(node.left) or is_written(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def second_paths(tree: ast.Module, errors_known: set[str]) -> list[int]:
    """The lines where a sentence is written in both languages instead of being said."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            written = [one for one in given if is_written(one)]
            pair = len(written) > 1 and len({ast.dump(one) for one in written}) > 1
            name = names_of(node.func)
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            both = all(language in named and is_written(named[language]) for language in ("fr", "en"))
            if (name == "Text" and pair) or (name in errors_known and written) or both:
                found.append(node.lineno)
    return found


def test_no_sentence_is_written_in_both_languages_where_it_is_told() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    known = error_classes(list(trees.values()))
    assert {"UsageError", "EvaluationFailed"} < known
    found = {
        str(path.relative_to(PACKAGE)): lines
        for path, tree in trees.items()
        if path.relative_to(PACKAGE).parts[0] not in MAKE_TEXTS and (lines := second_paths(tree, known))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ('raise UsageError("fr", "en")', True),
        ('raise errors.UsageError(f"{a} fr", f"{a} en")', True),
        ('raise UsageError("never said")', True),
        ('Text("oui", "yes")', True),
        ('Text(fr=f"oui {a}", en="yes")', True),
        ('tape.write("notice", fr=f"oui {a}", en=f"yes {a}")', True),
        ('raise UsageError(say("yes {a}", a=a))', False),
        ('Text("?", "?")', False),
        ("Text(fields.fr, fields.en)", False),
        ('ValueError("a", "b")', False),
    ],
)
def test_a_second_path_is_caught(source: str, caught: bool) -> None:
    assert bool(second_paths(ast.parse(source), {"UsageError"})) is caught


def test_an_error_speaks_both_languages_also_after_a_journey() -> None:
    error = errors.UnknownExercise(Text("inconnu", "unknown"))
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is errors.UnknownExercise
    assert (str(back), back.text.in_("fr"), back.text.in_("en")) == ("unknown", "inconnu", "unknown")


# ── Filling in ──────────────────────────────────────────────────────────────────────────────────


def test_a_message_speaks_both_languages() -> None:
    told = say("Points")
    assert told.en == "Points" and told.in_("en") == told.en and told.in_("fr") == told.fr


def test_what_is_filled_in_is_never_read_as_a_pattern() -> None:
    told = say("{file}, line {line}", file="{0.__class__} %s {line}", line=3)
    assert told.en == "{0.__class__} %s {line}, line 3"


def test_a_text_is_filled_in_by_language() -> None:
    told = say("Your model has {count} parameters.", count=number(7850))
    assert "7\u202f850" in told.fr and "7,850" in told.en


@pytest.mark.parametrize(
    ("count", "english"), [(0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs"), (1000, "1,000 epochs")]
)
def test_plurals_follow_the_count(count: int, english: str) -> None:
    told = say_n("{count} epoch", "{count} epochs", count)
    assert told.en == english
    assert told.fr.endswith("s") is (count > 1)  # French: zero is singular


def test_an_unknown_message_is_said_as_it_is() -> None:
    assert translate("never said before", "fr") == translate("never said before", "en") == "never said before"
    assert translate("", "fr") == ""  # and not the catalogue's header


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (7850, 0, "7\u202f850", "7,850"),
        (1234567.891, 2, "1\u202f234\u202f567,89", "1,234,567.89"),
        (0.5, 1, "0,5", "0.5"),
        (-3, 0, "-3", "-3"),
        (math.inf, 1, "inf", "inf"),
        (math.nan, 1, "nan", "nan"),
    ],
)
def test_numbers_are_written_as_each_language_does(value: float, decimals: int, french: str, english: str) -> None:
    assert (number(value, decimals).fr, number(value, decimals).en) == (french, english)


def test_shares_are_written_in_percent() -> None:
    assert percent(0.9212).en == "92.1%" and percent(0.9212).fr == "92,1\u202f%"
    assert percent(1, 0).en == "100%"


def test_lists_are_joined_in_each_language() -> None:
    assert join([number(7850), plain("x")], " / ").fr == "7\u202f850 / x"
    assert join([]).fr == ""


# ── Somebody else's text ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é ½ 数 😀", "plain é ½ 数 😀"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("a\rb\nc\td", "abcd"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066\u200b\ufeff", ""),
        ("\x9b31m", "31m"),
        ("\ud800", ""),
        ("a\x00b", "ab"),
    ],
)
def test_nothing_reaches_the_terminal_that_it_would_obey(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_lines_are_kept_only_where_they_are_asked_for() -> None:
    assert safe("a\n\tb\x1b", keep_lines=True) == "a\n\tb"


def test_long_texts_are_cut() -> None:
    assert safe("x" * 100, most=10) == "x" * 9 + "…"
    assert safe("x" * 10, most=10) == "x" * 10
    assert len(safe("\x00" * 10_000_000, most=10)) == 0
