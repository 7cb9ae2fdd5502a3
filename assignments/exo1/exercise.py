"""exo1: logistic regression on MNIST, one dense layer and a softmax."""

from grader.checks import accuracy, answers, architecture, parameters, runs, training
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="exo1",
    title=Text("Régression logistique sur MNIST", "Logistic regression on MNIST"),
    dataset="mnist",
    models=(
        ModelSpec(
            "logistic regression",
            (layer("Dense", units=10, activation="softmax"),),
            parameters=(7850,),
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
                "Le coût est-il convexe en W et b ? Pourquoi ?",
                "Is the cost convex in W and b? Why?",
            ),
        ),
        Question(
            "minimum_global",
            Text(
                "Avec un pas bien choisi, la descente de gradient mène-t-elle au minimum global ? Pourquoi ?",
                "With a well-chosen step, does gradient descent reach the global minimum? Why?",
            ),
        ),
    ),
    limits=Limits(wall=120),
    checks=(
        runs.check(points=1),
        parameters.check(points=3),
        architecture.check(points=4),
        training.check(points=3, loss="categorical_crossentropy", optimizer="SGD", epochs=10),
        accuracy.check(points=4, full=0.915, partial=0.88),
        answers.number(
            "parametres",
            points=2,
            expected=7850,
            why=Text(
                "Chacun des 10 neurones a un poids par pixel et un biais : comptez les pixels d'une image à plat, "
                "puis comparez avec la ligne « Total params » de modele.summary().",
                "Each of the 10 neurons has one weight per pixel and one bias: count the pixels of a flat image, "
                "then compare with the line “Total params” of model.summary().",
            ),
        ),
        answers.yes_no(
            "convexe",
            points=1.5,
            expected=True,
            about=("convexe", "convex"),
            why=Text(
                "Les scores xW + b sont affines en W et b, et -log softmax s'écrit log Σ exp(s) - s_y : "
                "regardez le signe de la dérivée seconde de log Σ exp. Ici, aucune couche cachée ne s'interpose.",
                "The scores xW + b are affine in W and b, and -log softmax reads log Σ exp(s) - s_y: "
                "look at the sign of the second derivative of log Σ exp. No hidden layer stands in between here.",
            ),
        ),
        answers.yes_no(
            "minimum_global",
            points=1.5,
            expected=True,
            about=("minimum global", "global minimum"),
            why=Text(
                "Reprenez votre réponse sur la convexité : une fonction convexe peut-elle avoir un minimum local "
                "qui ne soit pas global ? Où peut alors s'arrêter une descente dont le pas est assez petit ?",
                "Go back to your answer on convexity: can a convex function have a local minimum that is not global? "
                "Where, then, can a descent with a small enough step come to rest?",
            ),
        ),
    ),
)
