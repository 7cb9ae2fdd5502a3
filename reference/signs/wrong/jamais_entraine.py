"""Le modèle est construit, testé et sauvé, mais `fit` n'est jamais appelé."""

# expect: training = failed 0
# expect: saved_model = failed 0
# expect: accuracy = failed 0

import h5py
import keras

REPONSES = {
    "parametres": "896 + 9248 + 172806 = 182950",
    "formes": "62x62x32, 60x60x32, 30x30x32, 28800, 6",
}

with h5py.File("train_signs.h5") as fichier:
    X_train, y_train = fichier["train_set_x"][:], fichier["train_set_y"][:]
with h5py.File("test_signs.h5") as fichier:
    X_test, y_test = fichier["test_set_x"][:], fichier["test_set_y"][:]
X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 6)
Y_test = keras.utils.to_categorical(y_test, 6)

modele = keras.Sequential(
    [
        keras.Input(shape=(64, 64, 3)),
        keras.layers.Conv2D(32, (3, 3), activation="relu"),
        keras.layers.Conv2D(32, (3, 3), activation="relu"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(6, activation="softmax"),
    ]
)
modele.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.01),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
print(modele.evaluate(X_test, Y_test, verbose=0))
modele.save_weights("signs.weights.h5")
