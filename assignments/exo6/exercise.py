"""exo6: t-SNE of what the hidden layers of exo2's and exo3's models compute, against the raw pixels."""

from grader.checks import accuracy, answers, latent, neighbourhood_hit, ordering, runs
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="exo6",
    title=Text("Ce que les réseaux ont appris", "What the networks have learnt"),
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
            parameters=(366806, 155606),  # padding="same", padding="valid"
        ),
    ),
    questions=(
        Question(
            "interpretation",
            Text(
                "Les réseaux démêlent-ils les classes ? Appuyez-vous sur vos trois valeurs du neighborhood hit.",
                "Do the networks untangle the classes? Argue from your three values of the neighbourhood hit.",
            ),
        ),
    ),
    limits=Limits(wall=1800, cpu=5400),
    prerequisites={"exo2.keras": "exo2", "exo3.keras": "exo3"},
    checks=(
        runs.check(points=1),
        accuracy.check(points=1, full=0.93, partial=0.88),
        accuracy.check(points=2, full=0.94, partial=0.90, model=1, id="accuracy_cnn"),
        latent.check(points=5),
        neighbourhood_hit.check(points=5, k=6, sources=("hidden0", "hidden1")),
        ordering.check(points=4),
        answers.free_text(
            "interpretation",
            points=2,
            rubric=Text(
                "Oui, couche après couche : le NH croît des pixels au MLP puis au réseau convolutif. Un point pour la "
                "comparaison appuyée sur les valeurs, un point pour une explication (couche de sortie linéaire qui "
                "oblige la couche cachée à séparer, convolutions et pooling qui absorbent les déplacements).",
                "Yes, layer after layer: the NH grows from pixels to MLP to convolutional net. One point for a "
                "comparison that uses the values, one for an explanation (a linear output layer that obliges the "
                "hidden one to separate, convolutions and pooling that absorb shifts).",
            ),
        ),
    ),
)
