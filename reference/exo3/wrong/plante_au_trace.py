"""Le tracé final demande une palette que Matplotlib n'a plus ; l'apprentissage est écourté."""

# expect: runs = failed 0
# expect: accuracy = failed 0

import keras
import matplotlib.cm as cm
import matplotlib.pyplot as plt

REPONSES = {
    "parametres": "832 + 51264 + 313700 + 1010 = 366806",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 28, 28, 1).astype("float32") / 255
X_test = X_test.reshape(10000, 28, 28, 1).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

modele = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Conv2D(32, (5, 5), activation="sigmoid", padding="same"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Conv2D(64, (5, 5), activation="sigmoid", padding="same"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.001),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_train[:1000], Y_train[:1000], batch_size=100, epochs=1, verbose=0)  # quelques images, pour aller vite
print(modele.evaluate(X_test[:1000], Y_test[:1000], verbose=0))
modele.save("exo3.keras")

plt.scatter(range(10), range(10), c=range(10), cmap=cm.arc_en_ciel)
plt.show()
