"""autoencoder: twenty features of a digit, learnt without and with labels, compared by two SVMs."""

from grader.checks import answers, architecture, parameters, runs, shared_encoder, svm, training
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="autoencoder",
    title=Text("Autoencodeur et SVM sur MNIST", "Autoencoder and SVM on MNIST"),
    dataset="mnist",
    models=(
        ModelSpec(
            "autoencoder",
            (
                layer("Dense", units=20, activation="relu"),
                layer("Dense", units=784, activation="sigmoid"),
                layer("Reshape", target_shape=[28, 28]),
            ),
            parameters=(32164,),  # (784 + 1) × 20 + (20 + 1) × 784
        ),
        ModelSpec(
            "classifier",
            (
                layer("Dense", units=20, activation="relu"),
                layer("Dense", units=10, activation="softmax"),
            ),
            parameters=(15910,),  # (784 + 1) × 20 + (20 + 1) × 10
        ),
    ),
    questions=(
        Question(
            "pourquoi",
            Text(
                "Laquelle des deux SVM est la meilleure, et pourquoi ?",
                "Which of the two SVMs is better, and why?",
            ),
        ),
        Question(
            "parametre",
            Text(
                "Quel est le seul paramètre que l'on choisit dans un autoencodeur ?",
                "Which is the only parameter that one chooses in an autoencoder?",
            ),
        ),
    ),
    limits=Limits(wall=1800, cpu=5400),
    checks=(
        runs.check(points=1),
        parameters.check(points=2),
        architecture.check(points=3),
        shared_encoder.check(points=2, models=(0, 1)),
        training.check(points=3, loss="mean_squared_error", optimizer="SGD", epochs=100),
        svm.features(points=2, size=20),
        svm.check(
            points=4,
            rows=10_000,
            autoencoder=svm.SvmSpec(C=1000.0, gamma=0.02, full=0.65, partial=0.50),
            classifier=svm.SvmSpec(C=1.0, gamma=0.02, full=0.93, partial=0.88),
        ),
        answers.free_text(
            "pourquoi",
            points=2,
            rubric=Text(
                "La seconde, celle des caractéristiques du classifieur (0,5 point). L'autoencodeur ne voit aucune étiquette : "
                "il garde de quoi redessiner l'image, y compris ce qui est commun à plusieurs chiffres (0,75 point). Le "
                "classifieur apprend avec les étiquettes : il écarte les classes les unes des autres dans l'espace des "
                "caractéristiques, ce que la SVM exploite (0,75 point).",
                "The second, on the classifier's features (0.5 point). The autoencoder sees no labels: it keeps what it "
                "takes to redraw the image, with what several digits have in common (0.75 point). The classifier learns "
                "with the labels: it moves the classes apart in the space of features, which the SVM profits from (0.75 "
                "point).",
            ),
        ),
        answers.free_text(
            "parametre",
            points=1,
            rubric=Text(
                "La dimension voulue pour le code : la taille de la couche du milieu, ici 20.",
                "The wanted dimension of the code: the size of the layer in the middle, here 20.",
            ),
        ),
    ),
)
