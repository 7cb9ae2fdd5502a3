"""Why the evaluator refused to measure something, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from grader.domain import Text
from grader.measurements import Refused, Why
from grader.messages import safe, say

MAX_CHARS = 300

TEXTS: Mapping[Why, Text] = {
    Why.MEMORY: say("judging it needs more memory than is allowed"),
    Why.TIME: say("judging it takes longer than is allowed"),
    Why.INPUT_SHAPE: say("it takes inputs of shape {want}, and the images are of shape {got}"),
    Why.OUTPUT_COUNT: say("it gives {got} values for {want} classes"),
    Why.SEVERAL_INPUTS: say("it has several inputs"),
    Why.SEVERAL_OUTPUTS: say("it has several outputs"),
    Why.BRANCHES: say("its layers do not follow one another in a single line"),
    Why.NOT_TWO_INPUTS: say("its input is not two numbers"),
    Why.NOT_ONE_OUTPUT: say("its output is not one number"),
    Why.ACTIVATION: say("the activation {name} is not one of those of Keras that are rebuilt here"),
    Why.SETTING: say("the setting {name} = {value} is not one that is rebuilt here"),
    Why.LAYER: say("the layer {name} is not one of those that are rebuilt here"),
    Why.TOO_LARGE: say("it is far larger than the exercise needs"),
    Why.WEIGHTS_NOT_FINITE: say("its weights are not finite numbers (NaN or infinite): the training diverged"),
    Why.WEIGHTS_DO_NOT_FIT: say("its weights do not fit its layers"),
    Why.WEIGHTS_ALONE: say("the file holds weights only, and no model was built for them"),
    Why.HANDED_IN_OTHER: say(
        "the weights that were handed in belong to another architecture than the one the program builds"
    ),
    Why.SAVED_OTHER: say("the saved weights belong to another architecture than the one the program builds"),
    Why.UNLIKE_RECORDED: say("its description is not that of the layers that were built"),
    Why.ARCHITECTURE: say("its architecture cannot be rebuilt from its description"),
    Why.NO_INPUT_SHAPE: say("the size of its input is not known: begin it with `keras.Input(…)`"),
    Why.FILE: say("the file is damaged, or is not one that Keras wrote"),
    Why.NOT_FEATURES: say("it was given images, or nothing, instead of a network's features"),
    Why.LABELS: say("there is not one label for each row of features"),
    Why.FEATURES_NOT_FINITE: say("the features hold NaN or infinite values"),
    Why.SCALER: say("the recorded scaler does not have one mean and one scale per pixel"),
    Why.EVIDENCE: say("the grader cannot read it ({reason})"),
}


def refusal(refused: Refused) -> Text:
    """Return what stands after a colon: « la couche Lambda n'est pas reconstruite ici ».

    The values are somebody else's words: they are cut, and bear nothing that a terminal would obey.
    """
    sentence = TEXTS[refused.code]
    values = {name: safe(str(value), MAX_CHARS) for name, value in refused.values.items()}
    if not values:
        return sentence
    return Text(sentence.fr.format(**values), sentence.en.format(**values))
