"""exo0: load MNIST and look at its first 200 images."""

from grader.checks import answers, figure, runs, shapes
from grader.domain import Exercise, Limits, Question, Text

EXERCISE = Exercise(
    id="exo0",
    title=Text("Regarder MNIST", "Looking at MNIST"),
    dataset="mnist",
    questions=(
        Question(
            "espace",
            Text(
                "Dans quel espace les images mises à plat vivent-elles, et quelle est la taille de cet espace ?",
                "In which space do the flattened images live, and how big is that space?",
            ),
        ),
        Question(
            "dimension",
            Text("Quelle est la dimension de cet espace ?", "What is the dimension of that space?"),
        ),
    ),
    limits=Limits(wall=120),
    checks=(
        runs.check(points=2),
        shapes.data(points=4, shapes=((60000, 784), (10000, 784)), low=0, high=1),
        figure.image_grid(points=8, rows=10, columns=20, first=200, cmap="gray"),
        answers.space(
            "espace",
            points=3,
            dimension=784,
            why=Text(
                "Une image mise à plat est une liste de pixels : dites dans quel ensemble chaque pixel prend sa "
                "valeur et combien il y en a. La taille est l'exposant, ou le nombre d'images possibles.",
                "A flattened image is a list of pixels: say in which set each pixel takes its value and how many "
                "there are. The size is the exponent, or the number of possible images.",
            ),
        ),
        answers.number(
            "dimension",
            points=3,
            expected=784,
            why=Text(
                "Chaque pixel est une coordonnée : combien une image en a-t-elle ? Regardez X_train.shape.",
                "Each pixel is one coordinate: how many has an image? Look at X_train.shape.",
            ),
        ),
    ),
)
