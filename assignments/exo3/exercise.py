"""exo3: a LeNet on MNIST, two convolutions with max-pooling and two dense layers."""

from grader.checks import accuracy, answers, architecture, parameters, runs, saved_model, training
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="exo3",
    title=Text("Réseau convolutif (LeNet) sur MNIST", "Convolutional network (LeNet) on MNIST"),
    dataset="mnist",
    models=(
        ModelSpec(
            "LeNet",
            (
                layer("Conv2D", filters=32, kernel_size=[5, 5], activation="sigmoid"),
                layer("MaxPooling2D", pool_size=[2, 2]),
                layer("Conv2D", filters=64, kernel_size=[5, 5], activation="sigmoid"),
                layer("MaxPooling2D", pool_size=[2, 2]),
                layer("Flatten"),
                layer("Dense", units=100, activation="sigmoid"),
                layer("Dense", units=10, activation="softmax"),
            ),
            parameters=(366806, 155606),  # padding="same", padding="valid": both are right
        ),
    ),
    questions=(
        Question(
            "parametres",
            Text(
                "Combien de paramètres ce modèle a-t-il ? Donnez le calcul, couche par couche.",
                "How many parameters has this model? Show the calculation, layer by layer.",
            ),
        ),
    ),
    limits=Limits(wall=1800, cpu=5400),
    costly=True,
    audit_steps=10,
    checks=(
        runs.check(points=1),
        parameters.check(points=3),
        architecture.check(points=5),
        training.check(points=2, loss="categorical_crossentropy"),
        accuracy.check(points=4, full=0.985, partial=0.95),
        saved_model.check(points=2),
        answers.number(
            "parametres",
            points=3,
            expected=(366806, 155606),
            why=Text(
                "Un filtre de convolution a un poids par pixel de sa fenêtre et par canal d'entrée, et un biais ; "
                "la taille de l'image n'y joue aucun rôle. Elle compte pour la première couche dense : combien de "
                "valeurs sortent de la mise à plat, avec le « padding » que vous avez choisi ?",
                "A convolution filter has one weight per pixel of its window and per input channel, and one bias; "
                "the size of the image plays no part. It counts for the first dense layer: how many values leave "
                "the flattening, with the padding that you chose?",
            ),
        ),
    ),
)
