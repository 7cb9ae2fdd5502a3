"""Deux époques au lieu de dix : l'exactitude reste dans la bande des points partiels."""

# expect: training = partial 1.33
# expect: accuracy = partial 2

import keras

REPONSES = {
    "parametres": "784*100 + 100 + 100*10 + 10 = 79510",
    "convexe": "non",
    "minimum_global": "non",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

modele = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(100, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_train, Y_train, batch_size=300, epochs=2, verbose=0)
print(modele.evaluate(X_test, Y_test, verbose=0))
modele.save("exo2.keras")
