"""Le NH n'est pas calculé : une belle valeur est écrite à la main."""

# expect: neighbourhood_hit = partial 2.5
# expect: answer.interpretation = review 0

import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE

from outils import enveloppes_convexes, meilleures_ellipses, visualiser

REPONSES = {
    "interpretation": "L'enveloppe montre l'étendue, l'ellipse le centre et la dispersion, le NH la pureté des voisinages.",
}

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(images)

enveloppes = enveloppes_convexes(points, labels)
ellipses = meilleures_ellipses(points, labels)
nh = 0.95
print(nh)

visualiser(points, labels, enveloppes, ellipses, nh)
plt.show()
