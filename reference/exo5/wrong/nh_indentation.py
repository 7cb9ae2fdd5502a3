"""La division par k est tombée dans le `if` : les points sans voisin de leur classe comptent autrement, et les autres sont divisés plusieurs fois."""

# expect: neighbourhood_hit = partial 2.5
# expect: answer.interpretation = review 0

import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from outils import enveloppes_convexes, meilleures_ellipses, visualiser

REPONSES = {
    "interpretation": "L'enveloppe montre l'étendue, l'ellipse le centre et la dispersion, le NH la pureté des voisinages.",
}


def neighborhood_hit(points, labels, k=6):
    voisins = NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points, return_distance=False)
    total = 0
    for i in range(len(points)):
        tx = 0
        for j in voisins[i, 1:]:
            if labels[j] == labels[i]:
                tx += 1
                tx /= k
        total += tx
    return total / len(points)


N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(images)

enveloppes = enveloppes_convexes(points, labels)
ellipses = meilleures_ellipses(points, labels)
nh = neighborhood_hit(points, labels, k=6)
print(nh)

visualiser(points, labels, enveloppes, ellipses, nh)
plt.show()
