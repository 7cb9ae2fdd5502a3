"""xor: two relu units and a sigmoid learn the exclusive or, luck set aside."""

from grader.checks import answers, architecture, parameters, runs, training, xor
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="xor",
    title=Text("Le ou exclusif avec trois neurones", "Exclusive or with three neurons"),
    dataset="xor",
    models=(
        ModelSpec(
            "XOR",
            (
                layer("Dense", units=2, activation="relu"),
                layer("Dense", units=1, activation="sigmoid"),
            ),
            parameters=(9,),
        ),
    ),
    questions=(
        Question(
            "perceptron_simple",
            Text(
                "Un neurone seul, sans couche cachée, peut-il calculer le ou exclusif ?",
                "Can a single neuron, without a hidden layer, compute the exclusive or?",
            ),
        ),
        Question("pourquoi", Text("Pourquoi ?", "Why?")),
    ),
    limits=Limits(wall=600),
    checks=(
        runs.check(points=1),
        parameters.check(points=3),
        architecture.check(points=4),
        training.check(points=3, loss="mean_squared_error", optimizer="Adam", epochs=1000, rows=4),
        xor.check(points=5, restarts=2000),
        answers.yes_no(
            "perceptron_simple",
            points=2,
            expected=False,
            about=("possible", "suffit", "enough"),
            why=Text(
                "Un neurone coupe le plan par une droite. Placez les quatre points sur une feuille : les deux 1 sont aux "
                "bouts d'une diagonale du carré, les deux 0 aux bouts de l'autre. Quelle droite mettrait chaque paire "
                "de son côté ?",
                "A neuron cuts the plane along a line. Draw the four points: the two 1s stand at the ends of one "
                "diagonal of the square, the two 0s at the ends of the other. Which line would put each pair on its "
                "own side?",
            ),
        ),
        answers.free_text(
            "pourquoi",
            points=2,
            rubric=Text(
                "Les deux classes ne sont pas linéairement séparables (1 point) ; un neurone seul a pour frontière une "
                "droite, ou un argument équivalent : additionner w₁ + b > 0 et w₂ + b > 0 contredit "
                "w₁ + w₂ + b < 0 et b < 0 (1 point).",
                "The two classes are not linearly separable (1 point); a single neuron has a line as its boundary, or an "
                "equal argument: the sum of w₁ + b > 0 and w₂ + b > 0 contradicts w₁ + w₂ + b < 0 and b < 0 (1 point).",
            ),
        ),
    ),
)
