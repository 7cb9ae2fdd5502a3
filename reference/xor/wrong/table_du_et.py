"""Les étiquettes sont celles du « et » : le réseau apprend sans faute autre chose. Soixante époques."""

# expect: training = partial 2
# expect: xor = failed 0
# expect: answer.pourquoi = review 0

import keras
import numpy as np

REPONSES = {
    "perceptron_simple": "non",
    "pourquoi": "Aucune droite ne sépare les deux classes.",
}

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
y = np.array([[0], [0], [0], [1]], dtype="float32")

modele = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        keras.layers.Dense(2, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
modele.compile(optimizer=keras.optimizers.Adam(learning_rate=0.1), loss="mean_squared_error")
modele.fit(X, y, epochs=60, verbose=0)
print(modele.predict(X, verbose=0).round())
