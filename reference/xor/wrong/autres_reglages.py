"""Ni la perte, ni l'optimiseur, ni le nombre d'époques demandés, et un pas qui n'apprend rien."""

# expect: training = failed 0
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
        keras.layers.Dense(2, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
modele.compile(optimizer=keras.optimizers.SGD(learning_rate=0.001), loss="mean_absolute_error")
modele.fit(X, y, epochs=50, verbose=0)
print(modele.predict(X, verbose=0).round())
