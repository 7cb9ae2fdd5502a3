"""Les images sont mélangées sans leurs étiquettes : il n'y a plus rien à apprendre. Huit époques."""

# expect: training = partial 2
# expect: accuracy = failed 0

import h5py
import keras
import numpy as np

REPONSES = {
    "parametres": "896 + 9248 + 172806 = 182950",
    "formes": "62x62x32, 60x60x32, 30x30x32, 28800, 6",
}

with h5py.File("train_signs.h5") as fichier:
    X_train, y_train = fichier["train_set_x"][:], fichier["train_set_y"][:]
with h5py.File("test_signs.h5") as fichier:
    X_test, y_test = fichier["test_set_x"][:], fichier["test_set_y"][:]
np.random.default_rng(0).shuffle(X_train)  # les étiquettes, elles, ne bougent pas
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
modele.fit(X_train, Y_train, batch_size=32, epochs=8, verbose=0)
print(modele.evaluate(X_test, Y_test, verbose=0))
modele.save_weights("signs.weights.h5")
