"""La covariance est diagonale : les ellipses ne peuvent pas se pencher."""

# expect: ellipses = failed 0
# expect: answer.interpretation = review 0

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.manifold import TSNE
from sklearn.mixture import GaussianMixture

from outils import Ellipse, enveloppes_convexes, neighborhood_hit, visualiser

REPONSES = {
    "interpretation": "L'enveloppe montre l'étendue, l'ellipse le centre et la dispersion, le NH la pureté des voisinages.",
}

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(images)

enveloppes = enveloppes_convexes(points, labels)

ellipses = {}
for classe in range(10):
    gaussienne = GaussianMixture(n_components=1, covariance_type="diag").fit(points[labels == classe])
    variances = gaussienne.covariances_[0]
    ellipses[classe] = Ellipse(gaussienne.means_[0], 2 * np.sqrt(variances), 0.0, np.diag(variances))

nh = neighborhood_hit(points, labels, k=6)
print(nh)

visualiser(points, labels, enveloppes, ellipses, nh)
plt.show()
