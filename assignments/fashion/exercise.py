"""fashion: an MLP on the first 10 000 images of Fashion-MNIST, scaled without a leak."""

from grader.checks import accuracy, answers, architecture, parameters, runs, scaler_leak, training
from grader.domain import Exercise, Limits, ModelSpec, Question, Text, layer

EXERCISE = Exercise(
    id="fashion",
    title=Text("Perceptron multicouche sur Fashion-MNIST", "Multilayer perceptron on Fashion-MNIST"),
    dataset="fashion",
    models=(
        ModelSpec(
            "MLP",
            (
                layer("Dense", units=256, activation="relu"),
                layer("Dense", units=128, activation="relu"),
                layer("Dense", units=10, activation="softmax"),
            ),
            parameters=(235146,),  # 200 960 + 32 896 + 1 290
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
            "iterations",
            Text(
                "Avec 2000 exemples et des lots de 500, combien d'itérations par époque ?",
                "With 2000 examples in batches of 500, how many iterations make one epoch?",
            ),
        ),
        Question(
            "effet_batch",
            Text(
                "Quel est l'effet de la taille du lot et du nombre d'époques ?",
                "What do the batch size and the number of epochs change?",
            ),
        ),
    ),
    limits=Limits(wall=300),
    checks=(
        runs.check(points=1),
        parameters.check(points=3),
        architecture.check(points=3),
        training.check(points=3, loss="categorical_crossentropy", optimizer="Adam", epochs=10),
        scaler_leak.check(points=3),
        accuracy.check(points=3, full=0.82, partial=0.76),
        answers.number(
            "parametres",
            points=2,
            expected=235146,
            why=Text(
                "Faites le compte couche par couche : (nombre d'entrées + 1) × nombre de neurones, le « + 1 » étant le "
                "biais. Les entrées de la deuxième couche sont les sorties de la première. Puis comparez chaque ligne "
                "avec modele.summary().",
                "Count layer by layer: (number of inputs + 1) × number of neurons, the “+ 1” being the bias. The inputs "
                "of the second layer are the outputs of the first. Then compare each line with model.summary().",
            ),
        ),
        answers.number(
            "iterations",
            points=1,
            expected=4,
            why=Text(
                "Une itération consomme un lot ; une époque est finie quand tous les exemples ont servi une fois. "
                "Combien de lots faut-il pour épuiser les exemples ?",
                "One iteration uses up one batch; an epoch is over when every example has served once. How many "
                "batches does it take to use up the examples?",
            ),
        ),
        answers.free_text(
            "effet_batch",
            points=1,
            rubric=Text(
                "Un lot plus petit : plus d'itérations par époque, gradient plus bruité, époques plus longues ; un lot "
                "plus grand : l'inverse, il faut souvent plus d'époques (0,5 point). Plus d'époques : l'erreur "
                "d'apprentissage descend toujours, celle du test finit par stagner ou remonter, c'est le sur-apprentissage "
                "(0,5 point). Toute observation honnête de l'étudiant compte.",
                "A smaller batch: more iterations an epoch, a noisier gradient, longer epochs; a larger one: the "
                "opposite, and often more epochs are needed (0.5 point). More epochs: the training error keeps "
                "falling, the test error ends up flat or rising, which is over-fitting (0.5 point). Any honest "
                "observation counts.",
            ),
        ),
    ),
)
