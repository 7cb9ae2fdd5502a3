"""L'apprentissage se fait sur les images de test : l'exactitude mesurée sur elles ne veut plus rien dire."""

# expect: accuracy = failed 0

import keras

REPONSES = {
    "parametres": "784*10 + 10 = 7850",
    "convexe": "oui",
    "minimum_global": "oui",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

modele = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_test, Y_test, batch_size=300, epochs=10, verbose=0)
print(modele.evaluate(X_test, Y_test, verbose=0))
