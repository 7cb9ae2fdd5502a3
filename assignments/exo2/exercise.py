"""exo2: a multi-layer perceptron on MNIST, 100 hidden sigmoid units."""

from grader.checks import accuracy, answers, architecture, parameters, runs, saved_model, training
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="exo2",
    title=Text("Perceptron multicouche sur MNIST", "Multi-layer perceptron on MNIST"),
    dataset="mnist",
    models=(
        ModelSpec(
            "multi-layer perceptron",
            (
                layer("Dense", units=100, activation="sigmoid"),
                layer("Dense", units=10, activation="softmax"),
            ),
            parameters=(79510,),
        ),
    ),
    questions=(
        Question(
            "parametres",
            Text(
                "Combien de paramètres ce modèle a-t-il ? Donnez le calcul.",
                "How many parameters has this model? Show the calculation.",
            ),
        ),
        Question(
            "convexe",
            Text(
                "Le coût est-il convexe en l'ensemble des poids ? Pourquoi ?",
                "Is the cost convex in all the weights together? Why?",
            ),
        ),
        Question(
            "minimum_global",
            Text(
                "Avec un pas bien choisi, est-on assuré d'atteindre le minimum global ? Pourquoi ?",
                "With a well-chosen step, is reaching the global minimum assured? Why?",
            ),
        ),
    ),
    limits=Limits(wall=180),
    checks=(
        runs.check(points=1),
        parameters.check(points=2),
        architecture.check(points=4),
        training.check(points=2, loss="categorical_crossentropy", optimizer="SGD", epochs=10),
        accuracy.check(points=4, full=0.94, partial=0.90),
        saved_model.check(points=2),
        answers.number(
            "parametres",
            points=2,
            expected=79510,
            why=Text(
                "Comptez couche par couche : une couche dense de n entrées et m neurones a n × m poids et m biais. "
                "Les entrées de la seconde couche sont les sorties de la première.",
                "Count layer by layer: a dense layer with n inputs and m neurons has n × m weights and m biases. "
                "The inputs of the second layer are the outputs of the first.",
            ),
        ),
        answers.yes_no(
            "convexe",
            points=1.5,
            expected=False,
            about=("convexe", "convex"),
            why=Text(
                "Échangez deux neurones cachés, avec leurs poids : le réseau calcule la même chose. Que vaudrait "
                "alors un coût convexe au milieu de ces deux jeux de poids, où les deux neurones sont égaux ?",
                "Swap two hidden neurons with their weights: the net computes the same. What would a convex cost "
                "have to be halfway between these two sets of weights, where the two neurons are equal?",
            ),
        ),
        answers.yes_no(
            "minimum_global",
            points=1.5,
            expected=False,
            about=("minimum global", "global minimum"),
            why=Text(
                "Lancez l'apprentissage avec deux graines différentes : arrive-t-on au même coût ? "
                "La garantie de l'exercice 1 reposait sur une propriété du coût ; l'a-t-on encore ?",
                "Train from two different seeds: does it end at the same cost? The guarantee of exercise 1 stood "
                "on a property of the cost; does it still hold?",
            ),
        ),
    ),
)
