"""One warm worker per backend for all attacks of a test process, and canaries of each test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.attacks.attack import Arena, Canaries, arena_for
from tests.sandbox.older import KINDS


@pytest.fixture(scope="session")
def arenas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Arena]]:
    made: dict[str, Arena] = {}
    with ExitStack() as stack:

        def arena(name: str) -> Arena:
            if name not in made:
                sandbox = KINDS[name]()
                test = sandbox.self_test()
                if not test.works:
                    pytest.skip(test.why.en)
                made[name] = arena_for(sandbox, tmp_path_factory.mktemp(name))
                stack.callback(made[name].workbench.__exit__, None, None, None)
            return made[name]

        yield arena


@pytest.fixture
def arena(request: pytest.FixtureRequest, arenas: Callable[[str], Arena]) -> Arena:
    """The backend that the test's mark names (`attack.through`)."""
    return arenas(request.param)


@pytest.fixture
def canaries(tmp_path: Path) -> Iterator[Canaries]:
    folder = tmp_path / "canaries"
    folder.mkdir()
    canaries = Canaries(folder)
    yield canaries
    canaries.close()
