"""Le réseau n'est pas coupé : ce sont les 10 probabilités de sortie qui sont projetées."""

# expect: latent = failed 0
# expect: neighbourhood_hit = failed 0
# expect: ordering = failed 0
# expect: answer.interpretation = review 0

import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE

from outils import neighborhood_hit

REPONSES = {
    "interpretation": "Oui : le NH augmente des pixels au MLP puis au CNN, chaque couche sépare mieux les classes.",
}

N = 1000
keras.utils.set_random_seed(6)
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 28, 28, 1).astype("float32") / 255
X_test = X_test.reshape(10000, 28, 28, 1).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
images, labels = X_test[:N], y_test[:N]

# Les modèles des exercices 2 et 3, entraînés ici pour que ce fichier se suffise.
mlp = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(100, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
mlp.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy", metrics=["accuracy"])
mlp.fit(X_train.reshape(60000, 784), Y_train, batch_size=100, epochs=5, verbose=2)

cnn = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Conv2D(32, (5, 5), activation="sigmoid"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Conv2D(64, (5, 5), activation="sigmoid"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
cnn.compile(keras.optimizers.Adam(0.003), "categorical_crossentropy", metrics=["accuracy"])
cnn.fit(X_train, Y_train, batch_size=50, epochs=1, verbose=2)


def projeter(valeurs):
    points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(valeurs)
    plt.figure()
    plt.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", s=6)
    return neighborhood_hit(points, labels, k=6)


nh_brut = projeter(images.reshape(N, 784))
nh_mlp = projeter(mlp.predict(images.reshape(N, 784), verbose=0))
nh_cnn = projeter(cnn.predict(images, verbose=0))
print("NH :", nh_brut, nh_mlp, nh_cnn)
plt.show()
