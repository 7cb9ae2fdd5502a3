"""Numbers and calculations as people write them."""

from __future__ import annotations

import pytest

from grader.language.figures import final_number, numbers

WRITTEN = [
    ("7850", 7850),
    ("7 850", 7850),
    ("7\u00a0850", 7850),
    ("7\u202f850", 7850),
    ("7.850", 7850),
    ("7,850", 7850),
    ("7'850", 7850),
    ("7_850", 7850),
    ("7,850.00", 7850),
    ("7850.0", 7850),
    ("**7850**", 7850),
    ("- 7850", 7850),
    ("-5", -5),
    ("0.92", 0.92),
    ("0,92", 0.92),
    ("83.54 %", 83.54),
    ("7850 paramètres", 7850),
    ("7850 (784*10 poids + 10 biais)", 7850),
    ("7850 (= 784*10+10)", 7850),
    ("7 850 (7 840 poids et 10 biais)", 7850),
    ("environ 8000", 8000),
    ("P = 7850", 7850),
    ("le nombre de paramètres est 7850", 7850),
    ("784*10+10", 7850),
    ("784x10+10", 7850),
    ("784 x 10 + 10", 7850),
    ("784·10 + 10", 7850),
    ("784 fois 10 plus 10", 7850),
    ("28² × 10 + 10", 7850),
    ("10(784+1)", 7850),
    ("(784+1)×10 = 7850", 7850),
    ("7850 = 784*10 + 10", 7850),
    ("7850 (784*10+10)", 7850),
    ("28*28*10 + 10 = 7 850", 7850),
    (r"\(784 \times 10 + 10 = 7850\)", 7850),
    ("W : 784×10, b : 10, total 7850", 7850),
    ("7840 poids + 10 biais = 7850", 7850),
    ("7850 params : 7840 poids et 10 biais", 7850),
    ("Dense: 784*10+10=7850\nTotal: 7850", 7850),
    ("Il y a 784 x 10 poids et 10 biais, soit 7850 paramètres", 7850),
    ("784*100+100 = 78500, 100*10+10 = 1010, total = 79510", 79510),
    ("784*100+100 + 100*10+10 -> 79510", 79510),
    ("200 960 + 32 896 + 1 290", 235146),
    ("832 + 51 264 + 313 700 + 1 010 = 366 806", 366806),
    ("conv1 : 832, conv2 : 51264, dense : 313700, total = 366806", 366806),
    ("exo1 : 7850", 7850),
    ("2000/500=4 itérations par époque", 4),
    ("ℝ^784", 784),
    ("[0,1]^784", 784),
    ("28x28 = 784", 784),
    ("2^3", 8),
    ("10**2", 100),
]
UNCLEAR = [
    "",
    "beaucoup",
    "784 poids par neurone, 10 neurones, 10 biais",
    "7850 ou 7840",
    "256^784 images",
    "9^9^9^9",
    "1e400",
    "1/0",
    "9" * 5000,
    "(" * 5000 + "1" + ")" * 5000,
]


@pytest.mark.parametrize(("text", "value"), WRITTEN)
def test_a_number_is_read_as_people_write_it(text: str, value: float) -> None:
    stated = final_number(text)
    assert stated.value == pytest.approx(value)
    assert stated.consistent


@pytest.mark.parametrize("text", UNCLEAR, ids=[t[:20] for t in UNCLEAR])
def test_what_comes_to_no_one_number_has_no_value(text: str) -> None:
    assert final_number(text).value is None


@pytest.mark.parametrize("text", ["784*10+10 = 7840", "7840 = 784*10+10"])
def test_a_calculation_that_does_not_give_the_stated_result_is_reported_with_it(text: str) -> None:
    stated = final_number(text)
    assert (stated.value, stated.calculation, stated.consistent) == (7840, 7850, False)


def test_every_number_is_listed_in_order_a_calculation_by_its_value() -> None:
    assert numbers("W : 784×10, b : 10, total 7 850 (7.850)") == (7840, 10, 7850, 7850)


def test_digits_inside_names_are_no_numbers() -> None:
    assert numbers("exo1, conv2d, W1, en 2D") == ()


def test_a_label_says_which_number_is_meant() -> None:
    text = "2000 exemples, lots de 500, donc 4 itérations sur 10 époques"
    assert final_number(text, labels=("itérations",)).value == 4


@pytest.mark.parametrize(
    "text", ["1+" * 10_000, "(" * 20_000, "1 " * 10_000, "2^" * 10_000, "=" * 20_000, "1,1" * 7000]
)
def test_long_nonsense_is_survived(text: str) -> None:
    assert isinstance(numbers(text), tuple)
    assert final_number(text).consistent
