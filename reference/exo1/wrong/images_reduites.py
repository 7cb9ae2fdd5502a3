"""La bonne réponse est tapée, mais le modèle voit des images réduites à 14 × 14 : il n'a que 1970 paramètres."""

# expect: parameters = failed 0
# expect: accuracy = failed 0

import keras

REPONSES = {
    "parametres": "784*10 + 10 = 7850",
    "convexe": "oui",
    "minimum_global": "oui",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train[:, ::2, ::2].reshape(60000, 196).astype("float32") / 255  # un pixel sur deux, pour aller plus vite
X_test = X_test[:, ::2, ::2].reshape(10000, 196).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

modele = keras.Sequential(
    [
        keras.Input(shape=(196,)),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_train, Y_train, batch_size=300, epochs=10, verbose=0)
print(modele.evaluate(X_test, Y_test, verbose=0))
