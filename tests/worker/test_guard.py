"""The one way in which the recorder wraps a library's calls."""

from __future__ import annotations

import functools
import inspect
import os
from typing import Any

import pytest

from grader.worker.recorder.guard import BoundCall, Guard


class Library:
    """Stands for a class of Keras or scikit-learn."""

    def train(self, x: Any, y: Any = None, *, epochs: int = 1, **more: Any) -> Any:
        """Train."""
        return ("trained", x, y, epochs, more)

    def twice(self, x: Any) -> Any:
        return self.train(x), self.train(x)

    def fails(self, x: Any) -> Any:
        raise ValueError(x)


@pytest.fixture
def library() -> type[Library]:
    """A copy that the test may wrap."""
    return type("Library", (), dict(vars(Library)))


def seen_by(guard: Guard, owner: Any, name: str, **options: Any) -> list[BoundCall]:
    calls: list[BoundCall] = []
    guard.around(owner, name, after=calls.append, **options)
    return calls


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((1, 2), {}), ((1,), {"y": 2}), ((), {"x": 1, "y": 2}), ((), {"y": 2, "x": 1})],
)
def test_a_handler_finds_arguments_by_name_however_they_were_passed(
    args: tuple[Any, ...], kwargs: dict[str, Any], library: Any
) -> None:
    calls = seen_by(Guard(), library, "train")
    one = library()
    assert one.train(*args, **kwargs) == ("trained", 1, 2, 1, {})
    (call,) = calls
    assert (call.target, call.get("x"), call.get("y"), call.get("epochs", 7)) == (one, 1, 2, 7)
    assert call.result == ("trained", 1, 2, 1, {})


def test_arguments_pass_through_untouched_unless_a_handler_changes_them(library: Any) -> None:
    guard = Guard()
    guard.around(library, "train", before=lambda call: call.get("x") == "short" and call.change(x="cut", epochs=3))
    assert library().train("whole", epochs=9, other=1) == ("trained", "whole", None, 9, {"other": 1})
    assert library().train(x="short", epochs=9, other=1) == ("trained", "cut", None, 3, {"other": 1})


def test_arguments_that_do_not_fit_are_refused_by_the_function_itself(library: Any) -> None:
    calls = seen_by(Guard(), library, "train", after_errors=True)
    for args in ((), (1, 2, 3)):
        with pytest.raises(TypeError, match=r"Library\.train\(\)"):
            library().train(*args)
    assert not calls


def test_what_the_handler_before_returns_reaches_the_one_after(library: Any) -> None:
    guard, found = Guard(), []
    guard.around(library, "train", before=lambda call: "begun", after=lambda call: found.append(call.prepared))
    library().train(1)
    assert found == ["begun"]


@pytest.mark.parametrize("asked", [True, False])
def test_a_call_that_fails_is_told_to_those_who_ask_for_it(asked: bool, library: Any) -> None:
    calls = seen_by(Guard(), library, "fails", after_errors=asked)
    with pytest.raises(ValueError, match="no"):
        library().fails("no")
    assert [call.result for call in calls] == ([None] if asked else [])


def test_calls_inside_a_recorded_call_are_hidden_unless_they_are_asked_for(library: Any) -> None:
    guard = Guard()
    hidden, everywhere = seen_by(guard, library, "train"), []
    guard.around(library, "train", before=lambda call: everywhere.append(guard.under_way), everywhere=True)
    seen_by(guard, library, "twice")
    library().twice(1)
    assert not hidden and everywhere == ["twice", "twice"]
    library().train(1)
    assert len(hidden) == 1 and everywhere[2:] == [""]


def test_inner_calls_may_be_recorded_as_well(library: Any) -> None:
    guard = Guard()
    inner = seen_by(guard, library, "train")
    outer = seen_by(guard, library, "twice", inner_calls=True)
    library().twice(1)
    assert (len(inner), len(outer)) == (2, 1)


def test_a_fault_of_a_handler_is_noted_and_changes_nothing(library: Any) -> None:
    guard = Guard()
    guard.around(library, "train", before=lambda call: 1 / 0, after=lambda call: call.get("x").missing)
    assert library().train(1)[0] == "trained"
    assert [trouble.split(":")[0] for trouble in guard.troubles] == ["before train", "after train"]


def test_a_process_that_was_forked_is_not_watched(library: Any) -> None:
    guard = Guard()
    calls = seen_by(guard, library, "train")
    guard._pid = os.getpid() + 1
    library().train(1)
    assert not calls and not guard.watching


def test_a_wrapped_function_looks_like_itself(library: Any) -> None:
    before = inspect.signature(library.train)
    seen_by(Guard(), library, "train")
    assert inspect.signature(library.train) == before and library.train.__doc__ == "Train."


def test_a_wrapped_constructor_tells_its_arguments_to_those_who_do_not_look_behind_a_wrapper() -> None:
    class Layer:
        def __init__(self, units: int, name: str = "") -> None:
            self.units = units

    seen_by(Guard(), Layer, "__init__")
    assert inspect.getfullargspec(Layer.__init__).args == ["self", "units", "name"]


def test_a_wrapper_around_a_bound_method_does_not_show_its_self(library: Any) -> None:
    """So does Keras with `build`."""
    seen_by(Guard(), library, "twice")
    wrapper = functools.wraps(library().twice)(lambda *args: None)
    assert list(inspect.signature(wrapper).parameters) == ["x"]


def test_compiled_functions_that_do_not_say_what_they_take_are_wrapped_too() -> None:
    class Table(dict[str, int]):
        pass

    calls = seen_by(Guard(), Table, "update")
    table = Table()
    table.update({"a": 1}, b=2)
    assert table == {"a": 1, "b": 2} and calls[0].target is table
