"""What a run means is worked out once, however many checks ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from grader import catalog
from grader.analysis import Analysis, model_match
from grader.analysis import analysis as module
from grader.checks import accuracy
from grader.measurements import Prediction, Refused, Why
from tests.checks.build import PERCEPTRON, REGRESSION, analysis, exercise, snapshot, training, tsne


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()

    def count(place: Any, name: str) -> None:
        made: Callable[..., Any] = getattr(place, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            counted[name] += 1
            return made(*args, **kwargs)

        monkeypatch.setattr(place, name, counting)

    count(module, "match_models")
    count(model_match, "provenance_of")
    count(module, "embedding_request")
    return counted


@pytest.mark.parametrize("name", ["exo3", "exo6", "autoencoder"])
def test_all_checks_of_an_exercise_share_what_was_worked_out(name: str, calls: Counter[str]) -> None:
    asked = catalog.locate().find(name)
    about = analysis(of=asked, snapshots=(snapshot(), snapshot(id=2, model=2)), calls=(tsne(),))
    requests = [request for check in asked.checks for request in check.requests(about)]
    judged = about.with_answers({request: Refused(Why.FILE) for request in requests})
    for check in asked.checks:
        check.judge(judged)
    assert (
        calls["match_models"] == 1 and calls["provenance_of"] <= len(asked.models) and calls["embedding_request"] <= 1
    )


def test_answers_change_nothing_of_what_the_evidence_means() -> None:
    before = analysis(of=exercise(REGRESSION, PERCEPTRON), calls=(tsne(),))
    models, requests = before.models, before.embedding_requests()
    after = before.with_answers(dict.fromkeys(requests, Refused(Why.TIME)))
    assert after.models is models and after.embedding_requests() is requests
    assert [embedding.source for embedding in after.embeddings()] == [""]


def test_a_changed_run_is_worked_out_anew(calls: Counter[str]) -> None:
    from dataclasses import replace

    one = analysis()
    assert one.model() is one.model()
    other = replace(one, evidence=replace(one.evidence, snapshots=()))
    assert other.model() is None and calls["match_models"] == 2


def test_what_was_not_asked_is_a_fault_of_the_check_s() -> None:
    about = analysis(trainings=(training(),))
    (request,) = accuracy.check(4, 0.9, 0.8).requests(about)
    with pytest.raises(KeyError):
        about.answer(request)
    answered: Analysis = about.with_answers({request: Prediction(1.0, 1.0, (), (), 1)})
    assert answered.answer(request) == Prediction(1.0, 1.0, (), (), 1)
