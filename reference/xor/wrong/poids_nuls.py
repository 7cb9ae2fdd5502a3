"""Tous les poids partent de zéro : les deux neurones cachés restent morts, quelle que soit la chance."""

# expect: xor = failed 0
# expect: answer.pourquoi = review 0

import keras
import numpy as np

REPONSES = {
    "perceptron_simple": "non",
    "pourquoi": "Aucune droite ne sépare les deux classes.",
}

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
y = np.array([[0], [1], [1], [0]], dtype="float32")

modele = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        keras.layers.Dense(2, activation="relu", kernel_initializer="zeros"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
modele.compile(optimizer="adam", loss="mean_squared_error")
modele.fit(X, y, epochs=1000, verbose=0)
print(modele.predict(X, verbose=0).round())
