"""signs: a small convolutional net reads hand signs from 0 to 5 in colour images."""

from grader.checks import accuracy, answers, architecture, parameters, runs, saved_model, shapes, training
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="signs",
    title=Text("Réseau convolutif sur des signes de la main", "Convolutional network on hand signs"),
    dataset="signs",
    models=(
        ModelSpec(
            "CNN",
            (
                layer("Conv2D", filters=32, kernel_size=[3, 3], padding="valid", activation="relu"),
                layer("Conv2D", filters=32, kernel_size=[3, 3], padding="valid", activation="relu"),
                layer("MaxPooling2D", pool_size=[2, 2]),
                layer("Flatten"),
                layer("Dense", units=6, activation="softmax"),
            ),
            parameters=(182950,),  # 896 + 9 248 + 0 + 0 + 172 806
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
        Question(
            "formes",
            Text(
                "Quelle est la forme de la sortie de chaque couche, dans l'ordre ?",
                "What is the shape of each layer's output, in order?",
            ),
        ),
    ),
    limits=Limits(wall=1500, cpu=4500),
    checks=(
        runs.check(points=1),
        parameters.check(points=2),
        architecture.check(points=4),
        shapes.check(points=2, expected=((62, 62, 32), (60, 60, 32), (30, 30, 32), (28800,), (6,))),
        training.check(points=3, loss="categorical_crossentropy", optimizer="SGD", epochs=25),
        accuracy.check(points=3, full=0.70, partial=0.55),
        saved_model.check(points=2),
        answers.number(
            "parametres",
            points=2,
            expected=182950,
            why=Text(
                "Une convolution a (3 × 3 × canaux d'entrée + 1) × filtres paramètres : combien de canaux entrent dans la "
                "première, combien dans la seconde ? Le max-pooling et la mise à plat n'apprennent rien. Pour la couche "
                "dense, cherchez d'abord combien de valeurs sortent de la mise à plat.",
                "A convolution has (3 × 3 × input channels + 1) × filters parameters: how many channels enter the first, "
                "how many the second? Max-pooling and flattening learn nothing. For the dense layer, find first how "
                "many values leave the flattening.",
            ),
        ),
        answers.shapes(
            "formes",
            points=1,
            expected=((62, 62, 32), (60, 60, 32), (30, 30, 32), (28800,)),
            why=Text(
                "Une fenêtre de 3 × 3 ne tient qu'à n - 2 endroits le long d'un côté de n pixels ; le dernier nombre de la "
                "forme est celui des filtres. Le max-pooling divise les côtés par deux et garde les canaux ; la mise à plat "
                "multiplie les trois nombres entre eux.",
                "A 3 × 3 window fits in only n - 2 places along a side of n pixels; the last number of the shape is that "
                "of the filters. Max-pooling halves the sides and keeps the channels; flattening multiplies the three "
                "numbers together.",
            ),
        ),
    ),
)
