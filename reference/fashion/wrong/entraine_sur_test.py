"""L'apprentissage se fait sur les images de test : l'exactitude mesurée sur elles ne veut plus rien dire."""

# expect: accuracy = failed 0
# expect: answer.effet_batch = review 0

import keras
from sklearn.preprocessing import StandardScaler

REPONSES = {
    "parametres": "200960 + 32896 + 1290 = 235146",
    "iterations": "4",
    "effet_batch": "Plus le lot est petit, plus il y a d'itérations et plus le gradient est bruité.",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
X_train, y_train = X_train[:10000], y_train[:10000]
X_train = X_train.reshape(10000, 784).astype("float32")
X_test = X_test.reshape(10000, 784).astype("float32")

normalisation = StandardScaler()
X_train = normalisation.fit_transform(X_train)
X_test = normalisation.transform(X_test)

Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

modele = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
modele.fit(X_test, Y_test, batch_size=100, epochs=10, verbose=0)
print(modele.evaluate(X_test, Y_test, verbose=0))
