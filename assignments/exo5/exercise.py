"""exo5: convex hulls, ellipses and the neighbourhood hit of a t-SNE of MNIST's test images."""

from grader.checks import answers, ellipses, figure, hulls, neighbourhood_hit, runs, trustworthiness
from grader.domain import Exercise, Limits, Question, Text

EXERCISE = Exercise(
    id="exo5",
    title=Text("Mesurer la séparation des classes", "Measuring how far the classes are apart"),
    dataset="mnist",
    questions=(
        Question(
            "interpretation",
            Text(
                "Que disent l'enveloppe convexe, l'ellipse et le neighborhood hit, et à quoi chacun sert-il ?",
                "What do the convex hull, the ellipse and the neighbourhood hit each say, and for which use?",
            ),
        ),
    ),
    limits=Limits(wall=600),
    checks=(
        runs.check(points=1),
        trustworthiness.check(points=2),
        hulls.check(points=4),
        ellipses.check(points=4),
        neighbourhood_hit.check(points=5, k=6),
        figure.scatter(points=2, minimum=1000),
        answers.free_text(
            "interpretation",
            points=2,
            rubric=Text(
                "Enveloppe : étendue, points extrêmes, recouvrement, sensible à un seul point égaré. Ellipse : centre, "
                "dispersion et orientation d'une gaussienne, plus robuste, suppose un seul groupe. NH : pureté des "
                "voisinages, sans forme supposée, un nombre qui permet de comparer des représentations. Un demi-point "
                "par critère décrit, un demi-point pour les usages.",
                "Hull: extent, extreme points, overlap, sensitive to a single stray point. Ellipse: centre, spread and "
                "direction of a Gaussian, more robust, supposes one group. NH: purity of neighbourhoods, no shape "
                "supposed, one number to compare representations. Half a point for each criterion described, half a "
                "point for the uses.",
            ),
        ),
    ),
)
