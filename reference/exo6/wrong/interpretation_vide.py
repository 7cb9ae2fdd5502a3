"""Le programme est juste, mais la question reste sans réponse."""

# expect: answer.interpretation = failed 0

import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE

from outils import charger_modele, neighborhood_hit

REPONSES = {
    "interpretation": "",
}

N = 1000
keras.utils.set_random_seed(6)
_, (X_test, y_test) = keras.datasets.mnist.load_data()
X_test = X_test.reshape(10000, 28, 28, 1).astype("float32") / 255
images, labels = X_test[:N], y_test[:N]

# Les modèles des exercices 2 et 3.
mlp = charger_modele("exo2")
cnn = charger_modele("exo3")

cache_mlp = keras.Model(mlp.inputs, mlp.layers[-2].output)
cache_cnn = keras.Model(cnn.inputs, cnn.layers[-2].output)


def projeter(valeurs):
    points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(valeurs)
    plt.figure()
    plt.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", s=6)
    return neighborhood_hit(points, labels, k=6)


nh_brut = projeter(images.reshape(N, 784))
nh_mlp = projeter(cache_mlp.predict(images.reshape(N, 784), verbose=0))
nh_cnn = projeter(cache_cnn.predict(images, verbose=0))
print("NH :", nh_brut, nh_mlp, nh_cnn)
plt.show()
