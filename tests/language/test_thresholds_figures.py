"""Numbers, calculations and shapes: how near is equal, and how large, long and deep is read, from both sides."""

from __future__ import annotations

import pytest

from grader.language.figures import Stated, final_number, numbers
from grader.language.shapes import shapes


@pytest.mark.parametrize(
    ("answer", "value", "calculation"),
    [
        ("7850 = 784*10 + 10", 7850, 7850),  # the statement first, then its calculation
        ("7840 = 784*10 + 10", 7840, 7850),
        ("784*10 + 10 = 7850", 7850, 7850),
        ("784*10 + 10 = 785*10", 7850, 7850),
        ("784*10 = 785*10", 7850, 7840),  # two calculations: the second is what the first comes to
        ("7850 785*10", 7850, 7850),
        ("7850 et 784*10", None, 7840),
    ],
)
def test_which_number_is_stated_and_which_is_worked_out(
    answer: str, value: float | None, calculation: float | None
) -> None:
    assert final_number(answer) == Stated(value, calculation)


@pytest.mark.parametrize(
    ("stated", "is_consistent"),
    [(1.0000000009, True), (1.0000000011, False), (0.9999999991, True), (0.9999999989, False)],
)
def test_a_calculation_gives_its_result_up_to_rounding(stated: float, is_consistent: bool) -> None:
    assert Stated(stated, 1.0).consistent is Stated(1.0, stated).consistent is is_consistent
    assert Stated(1000 * stated, 1000.0).consistent is is_consistent


@pytest.mark.parametrize(("small", "is_consistent"), [(0.9e-9, True), (1.1e-9, False)])
def test_small_numbers_are_equal_within_a_thousand_millionth(small: float, is_consistent: bool) -> None:
    assert Stated(0.0, small).consistent is is_consistent


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10^18", (1e18,)),
        ("11*10^17", ()),
        ("2^59", (2.0**59,)),
        ("2^60", ()),
        ("1^64", (1.0,)),
        ("1^65", ()),
        ("1^(-64)", (1.0,)),
        ("2^1.5", ()),
        ("1e18", (1e18,)),
        ("1.01e18", ()),
        ("1/4", (0.25,)),
        ("7-2-1", (4.0,)),
        ("8/2/2", (2.0,)),
        ("2*3+4", (10.0,)),
        ("2(3+4)", (14.0,)),
    ],
)
def test_how_large_a_calculation_may_become(written: str, read: tuple[float, ...]) -> None:
    assert numbers(written) == read


@pytest.mark.parametrize(("depth", "value"), [(30, 6), (31, None)])
def test_brackets_stand_thirty_deep_in_one_another(depth: int, value: float | None) -> None:
    assert final_number("2*" + "(" * depth + "3" + ")" * depth).value == value
    assert final_number("2*" + "-" * depth + "3").value in (value, -6)


@pytest.mark.parametrize(("signs", "value"), [(199, 200), (200, 1)])
def test_a_calculation_has_400_signs_and_numbers_at_most(signs: int, value: float) -> None:
    """Beyond that its numbers are read one by one: all of them ones."""
    assert final_number("1" + "+1" * signs).value == value


def test_400_numbers_are_read_and_a_text_of_20_000_characters() -> None:
    assert len(numbers("7 et " * 399 + "8 et 9")) == 400
    assert len(numbers("7 et " * 400 + "8 et 9")) == 400
    assert numbers("x" * 19_998 + " 7")[-1:] == (7,)
    assert numbers("x" * 19_999 + " 7") == ()


@pytest.mark.parametrize(("away", "value"), [(29, 7850), (45, None)])
def test_the_word_for_a_result_stands_near_it(away: int, value: float | None) -> None:
    """Blanks between them do not make it another sentence's."""
    assert final_number(f"784 poids, total{' ' * (away - 5)}7850").value == value


def test_three_numbers_of_which_one_is_the_sum_of_the_others() -> None:
    assert final_number("7850 (7840 et 10)").value == 7850
    assert final_number("7840 et 10, ou 7850").value == 7850
    assert final_number("7840, 10, 7851").value is None
    assert final_number("5 et 5, 10, 20").value == 20


@pytest.mark.parametrize(("before", "read"), [(3996, [(6, 7)]), (3997, []), (3998, [(6,)]), (3999, [])])
def test_shapes_are_looked_for_in_4000_characters(before: int, read: list[tuple[int, ...]]) -> None:
    assert shapes("y" * before + " 6x7") == read


@pytest.mark.parametrize(("digits", "kept"), [(11, 11), (12, 12), (13, 12)])
def test_twelve_digits_of_a_size_are_kept(digits: int, kept: int) -> None:
    assert shapes("7" * digits) == [(int("7" * kept),)]
    assert shapes(f"2x{'7' * digits}") == [(2, int("7" * kept))]


# ── What stands around a number ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("blanks", "is_named"), [(0, True), (1, True), (30, True), (31, False)])
def test_a_label_stands_within_40_characters(blanks: int, is_named: bool) -> None:
    """« itérations » has ten."""
    gap = " " * blanks
    assert (final_number(f"2000 et 4{gap}itérations", ["itérations"]).value == 4) is is_named
    assert (final_number(f"2000 et itérations{gap}{':' * (not blanks)}4", ["itérations"]).value == 4) is is_named


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("7840 poids, 7850params", 7850),
        ("7840 poids, 7850 paramètres", 7850),
        ("7840 paramètres, 7850 paramètres", None),
        ("7840 paramètres pour la couche, 7850", None),
        ("soit 10, soit 20", None),
        ("soit 10, 30, soit 10", 10),
        ("784 entrées, 10 sorties, 784*10+10 = 7850, pour 784 entrées et 10 sorties", 7850),
        ("784 entrées, 784*10+10 = 7850, pour 784 entrées et 10 sorties", None),
        ("7850 poids = 7840, ou 5", None),
        ("10 = 10 = 20", 20),
        ("3, 4, 7, 7", None),
        ("1, 2, 3, 6", 6),
    ],
)
def test_what_marks_a_number_as_the_result(answer: str, value: float | None) -> None:
    assert final_number(answer).value == value


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2*(3+4))", (14,)),
        ("(2+3)(", (5,)),
        ("(2+3)*(", (5,)),
        (")(2+3)", (5,)),
        ("((3+4)*2", (14,)),
        ("((2+3)", (5,)),
        ("(2+3))", (5,)),
        ("(((2+3)", (5,)),
        ("(2", (2,)),
        ("2)", (2,)),
        ("+ 2", (2,)),
        ("- 2", (2,)),
        ("-2", (-2,)),
        ("2 +", (2,)),
        ("2 *", (2,)),
        ("* / 2 ^", (2,)),
        ("+ -", ()),
        ("2 3", (2, 3)),
        ("2 (3)", (2, 3)),
        ("2(3)", (6,)),
        ("(2) 3", (2, 3)),
        ("2\n+3", (2, 3)),
        ("2 + 3", (5,)),
        ("2 -3", (-1,)),
        ("2 a + 3", (2, 3)),
        ("2^3 x", (8,)),
        ("2²x", (4,)),
        ("10²³", ()),
        ("2 ^ 9999", ()),
        ("2d 3D 4", (4,)),
        ("= 3", (3,)),
        ("1/0", (1, 0)),
    ],
)
def test_where_a_calculation_begins_and_ends(written: str, read: tuple[float, ...]) -> None:
    assert numbers(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("7,850", (7850,)),
        ("0,850", (0.85,)),
        ("7.850", (7850,)),
        ("7850.123", (7850.123,)),
        ("1,234,567.5", (1234567.5,)),
        ("1.234.567,5", (1234567.5,)),
        ("7 850,5", (7850.5,)),
        ("7'850", (7850,)),
        ("12,34", (12.34,)),
        ("1" + "0" * 18, (1e18,)),
        ("0." + "1" * 38, (float("0." + "1" * 38),)),
        ("0." + "1" * 39, ()),
    ],
)
def test_how_a_number_is_spelt(written: str, read: tuple[float, ...]) -> None:
    assert numbers(written) == pytest.approx(read)
