"""`training`: the loss, the optimizer and the number of epochs that were asked for, as they really ran."""

from __future__ import annotations

import math

from grader.analysis import Analysis, MatchedModel
from grader.analysis.training_hints import training_hint
from grader.checks.findings import failed, nothing_recorded, partial, passed
from grader.domain import Check, CompileInfo, Finding, Text, Training
from grader.messages import join, plain, say, say_n

LOSSES = {
    "mse": "mean_squared_error",
    "meansquarederror": "mean_squared_error",
    "mae": "mean_absolute_error",
    "meanabsoluteerror": "mean_absolute_error",
    "binarycrossentropy": "binary_crossentropy",
    "binary_crossentropy": "binary_crossentropy",
    # The same cross-entropy, for labels given as numbers.
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "sparsecategoricalcrossentropy": "categorical_crossentropy",
    "categoricalcrossentropy": "categorical_crossentropy",
}


def check(
    points: float,
    loss: str | None = None,
    optimizer: str | None = None,
    epochs: int = 1,
    model: int = 0,
    id: str = "training",
    rows: int | None = None,
) -> Check:
    """Return the check `training` of `exercise.models[model]`: an equal part of the points for each of the loss, the
    optimizer and the number of epochs; what is None is free and takes no part.

    `rows` is how many rows make an epoch, where the exercise's dataset does not say it.
    """
    return Check(
        id,
        say("Training settings"),
        points,
        lambda analysis: judge(analysis, loss, optimizer, epochs, model, rows),
    )


def judge(
    analysis: Analysis, loss: str | None, optimizer: str | None, epochs: int, model: int, rows: int | None = None
) -> Finding:
    """Judge loss, optimizer and epochs as they were recorded; more epochs than asked for are no fault."""
    expected = _settings_text(loss, optimizer, epochs)
    found = analysis.model(model)
    if found is None:
        return nothing_recorded(analysis, expected)
    if not found.trained and found.unfinished:
        return failed(say("The training was stopped before its first epoch was over."), say("no whole epoch"), expected)
    if not found.trained:
        return failed(
            say("The model was never trained."),
            say("no training"),
            expected,
            say("Call `model.fit(x_train, y_train, …)` after `model.compile(…)`."),
        )
    compiled = _last_compile(found)
    ran = epochs_of(found, rows or analysis.training_rows)
    measured = _settings_text(compiled.loss, compiled.optimizer, ran)
    wrong: list[Text] = []
    if loss and name_of(compiled.loss) != loss:
        wrong.append(say("the loss is {seen} instead of {asked}", seen=compiled.loss or "?", asked=loss))
    if optimizer and compiled.optimizer.lower() != optimizer.lower():
        wrong.append(say("the optimizer is {seen} instead of {asked}", seen=compiled.optimizer or "?", asked=optimizer))
    if ran < epochs:
        wrong.append(
            say_n(
                "only {count} epoch was run, of {asked}", "only {count} epochs were run, of {asked}", ran, asked=epochs
            )
        )
    if not wrong:
        return passed(say("Trained as asked for."), measured, expected)
    asked = sum(item is not None for item in (loss, optimizer)) + 1
    message = say("Not trained as asked for: {wrong}.", wrong=join(wrong, "; "))
    hint = training_hint(found)
    if len(wrong) == asked:
        return failed(message, measured, expected, hint)
    return partial(1 - len(wrong) / asked, message, measured, expected, hint)


def _last_compile(found: MatchedModel) -> CompileInfo:
    return found.compiled or CompileInfo(found.shape.model, "", "", None)


def name_of(loss: str) -> str:
    """Return Keras' name of a loss, for its short forms, its class and its variant for labels given as numbers too."""
    return LOSSES.get(loss.lower(), loss.lower())


def epochs_of(found: MatchedModel, rows: int | None) -> int:
    """Return the epochs really run; in an audit, those that were asked for; for a loop over batches, the passes over
    `rows` rows that its steps are worth, those of its own first batch where None."""
    return sum(_epochs_of_one(t, rows) for t in found.trainings)


def _epochs_of_one(training: Training, rows: int | None) -> int:
    if training.capped and training.finished:
        return training.epochs_asked
    if training.how == "fit":
        return training.epochs_run
    batch = training.batch
    size = rows or (training.data.rows if training.data else batch)
    for an_epoch in (math.ceil(size / batch), size // batch):  # with and without the last, smaller batch
        if an_epoch and training.steps % an_epoch == 0:
            return training.steps // an_epoch
    return round(training.steps * batch / size)


def _settings_text(loss: str | None, optimizer: str | None, epochs: int) -> Text:
    parts = [plain(item) for item in (loss, optimizer) if item]
    return join([*parts, say_n("{count} epoch", "{count} epochs", epochs)])
