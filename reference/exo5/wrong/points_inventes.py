"""Les points ne viennent pas des images : chacun est placé d'après son étiquette."""

# expect: trustworthiness = failed 0
# expect: hulls = failed 0
# expect: ellipses = failed 0
# expect: neighbourhood_hit = failed 0
# expect: answer.interpretation = review 0

import keras
import matplotlib.pyplot as plt
import numpy as np

from outils import enveloppes_convexes, meilleures_ellipses, neighborhood_hit, visualiser

REPONSES = {
    "interpretation": "L'enveloppe montre l'étendue, l'ellipse le centre et la dispersion, le NH la pureté des voisinages.",
}

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

angles = 2 * np.pi * labels / 10
points = 50 * np.column_stack([np.cos(angles), np.sin(angles)]) + np.random.default_rng(0).normal(0, 5, (N, 2))

enveloppes = enveloppes_convexes(points, labels)
ellipses = meilleures_ellipses(points, labels)
nh = neighborhood_hit(points, labels, k=6)
print(nh)

visualiser(points, labels, enveloppes, ellipses, nh)
plt.show()
