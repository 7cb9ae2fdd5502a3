"""Les outils du TP MNIST : sauver un modèle, mesurer et dessiner la séparation des classes.

Copiez ce fichier à côté de vos scripts, puis par exemple :

    from outils import sauver_modele, charger_modele
    from outils import enveloppes_convexes, meilleures_ellipses, neighborhood_hit, visualiser

Partout, `points` est un tableau de forme (n, 2), un point du plan par image, et `labels` un tableau
d'entiers de forme (n,), la classe de chaque image : ni un codage « one-hot », ni les images elles-mêmes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from scipy.spatial import ConvexHull

Points = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]


# ── Sauver et relire un modèle ──────────────────────────────────────────────────────────────────


def sauver_modele(modele: Any, nom: str) -> None:
    """Écrit un modèle Keras entraîné de deux façons.

    `nom.keras` contient tout : l'architecture, les poids et l'état de l'optimiseur. La paire `nom.json`
    (l'architecture, lisible dans un éditeur de texte) et `nom.weights.h5` (les poids) dit la même chose
    en deux morceaux ; elle se relit même quand le premier fichier s'est perdu.
    """
    modele.save(f"{nom}.keras")
    Path(f"{nom}.json").write_text(modele.to_json(), encoding="utf-8")
    modele.save_weights(f"{nom}.weights.h5")


def charger_modele(nom: str) -> Any:
    """Relit le modèle écrit par `sauver_modele(modele, nom)`, prêt pour `predict`.

    Raises:
        FileNotFoundError: ni `nom.keras`, ni la paire `nom.json` et `nom.weights.h5` ne sont dans le dossier.
    """
    import keras

    entier, architecture, poids = (Path(f"{nom}{fin}") for fin in (".keras", ".json", ".weights.h5"))
    if entier.exists():
        return keras.models.load_model(entier)
    if architecture.exists() and poids.exists():
        modele = keras.models.model_from_json(architecture.read_text(encoding="utf-8"))
        modele.load_weights(poids)
        return modele
    raise FileNotFoundError(
        f"Aucun modèle « {nom} » dans {Path.cwd()} : il faut {entier}, ou bien {architecture} et {poids}. "
        "Avez-vous lancé l'exercice qui le sauvegarde ?"
    )


# ── Trois regards sur un nuage de points ────────────────────────────────────────────────────────


def enveloppes_convexes(points: Points, labels: Labels) -> dict[int, ConvexHull]:
    """L'enveloppe convexe de chaque classe : le plus petit polygone convexe qui contient tous ses points.

    Rend un dictionnaire de la classe vers un `scipy.spatial.ConvexHull` : `.vertices` donne les numéros des
    sommets parmi les points de la classe, `.points` ces points, et `.volume`, en dimension 2, l'aire.
    """
    from scipy.spatial import ConvexHull

    points, labels = _verifier(points, labels)
    return {int(classe): ConvexHull(points[labels == classe]) for classe in np.unique(labels)}


class Ellipse(NamedTuple):
    """Une ellipse du plan.

    `centre` et `demi_axes` sont de forme (2,), le grand demi-axe d'abord ; `angle` est celui du grand axe
    avec l'horizontale, en degrés, entre -90 et 90 ; `covariance` est la matrice (2, 2) de la gaussienne.
    """

    centre: Points
    demi_axes: Points
    angle: float
    covariance: Points


def meilleures_ellipses(points: Points, labels: Labels, ecarts_types: float = 2.0) -> dict[int, Ellipse]:
    """La meilleure ellipse de chaque classe : celle de la gaussienne la plus vraisemblable.

    La gaussienne a pour moyenne la moyenne m des points de la classe et pour covariance leur matrice de
    covariance complète C. L'ellipse est l'ensemble des x tels que (x - m)ᵀ C⁻¹ (x - m) = r², où r est
    `ecarts_types` : ses axes suivent les vecteurs propres de C et ses demi-axes mesurent r√λ₁ et r√λ₂.
    Avec r = 2, elle contient environ 86 % des points d'une vraie gaussienne.
    """
    from sklearn.mixture import GaussianMixture

    points, labels = _verifier(points, labels)
    ellipses = {}
    for classe in np.unique(labels):
        gaussienne = GaussianMixture(n_components=1, covariance_type="full").fit(points[labels == classe])
        covariance = gaussienne.covariances_[0]
        valeurs, vecteurs = np.linalg.eigh(covariance)  # valeurs propres croissantes : le grand axe est le dernier
        grand_axe = vecteurs[:, 1] if vecteurs[0, 1] >= 0 else -vecteurs[:, 1]
        ellipses[int(classe)] = Ellipse(
            centre=gaussienne.means_[0],
            demi_axes=ecarts_types * np.sqrt(valeurs[::-1]),
            angle=float(np.degrees(np.arctan2(grand_axe[1], grand_axe[0]))),
            covariance=covariance,
        )
    return ellipses


def neighborhood_hit(points: Points, labels: Labels, k: int = 6) -> float:
    """Le « neighborhood hit » (NH) : à quel point les voisins d'un point sont de sa classe.

    Pour le point i, soit V(i) l'ensemble de ses k plus proches voisins, distance euclidienne, le point
    lui-même exclu. Alors

        NH = (1/n) Σᵢ  |{ j ∈ V(i) : labels[j] = labels[i] }| / k

    Le résultat va de 0 (aucun voisin de la bonne classe) à 1 (les classes ne se touchent pas) ; dix classes
    de même taille mélangées au hasard donnent environ 0,1.

    Source : F. V. Paulovich, L. G. Nonato, R. Minghim, H. Levkowitz, « Least Square Projection: A Fast
    High-Precision Multidimensional Projection Technique and Its Application to Document Mapping »,
    IEEE Transactions on Visualization and Computer Graphics 14(3), 2008.

    Raises:
        ValueError: il n'y a pas plus de k points.
    """
    from sklearn.neighbors import NearestNeighbors

    points, labels = _verifier(points, labels)
    if not 1 <= k < len(points):
        raise ValueError(f"k = {k} voisins demandés parmi {len(points)} points : il faut 1 ≤ k < nombre de points.")
    # Appelée sans argument, `kneighbors` exclut le point lui-même, et lui seul, même s'il a des jumeaux.
    voisins = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)
    de_la_classe = labels[voisins] == labels[:, np.newaxis]
    return float(de_la_classe.mean())


# ── Dessiner ────────────────────────────────────────────────────────────────────────────────────


def visualiser(
    points: Points,
    labels: Labels,
    enveloppes: dict[int, ConvexHull],
    ellipses: dict[int, Ellipse],
    nh: float,
    *,
    titre: str = "",
) -> Figure:
    """Dessine trois vues du même nuage : les points, les enveloppes convexes, les ellipses avec le NH en titre.

    La figure est rendue : appelez ensuite `plt.show()`, ou `figure.savefig("exo5.png")`.
    """
    import matplotlib.pyplot as plt
    from matplotlib import patches

    points, labels = _verifier(points, labels)
    couleurs = plt.get_cmap("tab10")
    figure, (gauche, milieu, droite) = plt.subplots(1, 3, figsize=(18, 6), sharex=True, sharey=True)

    for classe in np.unique(labels):
        de_la_classe = points[labels == classe]
        couleur = couleurs(int(classe) % 10)
        gauche.scatter(de_la_classe[:, 0], de_la_classe[:, 1], s=6, color=couleur, label=str(classe))
        for vue in (milieu, droite):
            vue.scatter(de_la_classe[:, 0], de_la_classe[:, 1], s=2, color=couleur, alpha=0.4)

    for classe, enveloppe in enveloppes.items():
        sommets = enveloppe.points[enveloppe.vertices]
        milieu.add_patch(patches.Polygon(sommets, closed=True, fill=False, color=couleurs(classe % 10), lw=2))

    for classe, ellipse in ellipses.items():
        grand, petit = 2 * ellipse.demi_axes
        couleur = couleurs(classe % 10)
        droite.add_patch(
            patches.Ellipse(ellipse.centre, grand, petit, angle=ellipse.angle, color=couleur, alpha=0.4)  # type: ignore[arg-type]
        )
        droite.annotate(str(classe), ellipse.centre, ha="center", va="center", weight="bold")

    gauche.legend(title="classe", markerscale=2)
    gauche.set_title("Points")
    milieu.set_title("Enveloppes convexes")
    droite.set_title(f"Ellipses, neighborhood hit = {nh:.3f}")
    figure.suptitle(titre)
    figure.tight_layout()
    return figure


def _verifier(points: Points, labels: Labels) -> tuple[Points, Labels]:
    """Refuse, en disant pourquoi, ce qui n'est pas un nuage du plan avec une classe par point."""
    points, labels = np.asarray(points), np.asarray(labels)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points doit être de forme (n, 2), un point du plan par image ; reçu : {points.shape}.")
    if labels.shape != (len(points),):
        conseil = " Si ce sont des étiquettes one-hot, passez np.argmax(labels, axis=1)." if labels.ndim == 2 else ""
        raise ValueError(
            f"labels doit être de forme ({len(points)},), une classe par point ; reçu : {labels.shape}.{conseil}"
        )
    if not np.isfinite(points).all():
        raise ValueError("points contient des valeurs infinies ou indéfinies (NaN).")
    return points, labels
