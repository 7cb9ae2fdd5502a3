"""Les deux jeux de caractéristiques sont pris à la fin, quand le classifieur a changé l'encodeur. Une époque, 300 images."""

# expect: training = partial 2
# expect: latent = partial 1
# expect: svm = failed 0
# expect: answer.pourquoi = review 0
# expect: answer.parametre = review 0

import keras
from sklearn.svm import SVC

REPONSES = {
    "pourquoi": "La seconde, car le classifieur a vu les étiquettes.",
    "parametre": "La dimension du code.",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)

encodeur = keras.Sequential(
    [
        keras.Input(shape=(28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(20, activation="relu"),
    ]
)
autoencodeur = keras.Sequential(
    [
        keras.Input(shape=(28, 28)),
        encodeur,
        keras.layers.Dense(784, activation="sigmoid"),
        keras.layers.Reshape((28, 28)),
    ]
)
autoencodeur.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="mean_squared_error")
autoencodeur.fit(X_train, X_train, batch_size=100, epochs=1, validation_split=0.2, verbose=0)

classifieur = keras.Sequential([keras.Input(shape=(28, 28)), encodeur, keras.layers.Dense(10, activation="softmax")])
classifieur.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
classifieur.fit(X_train, Y_train, batch_size=100, epochs=1, validation_split=0.2, verbose=0)

Z_train, Z_test = encodeur.predict(X_train, verbose=0), encodeur.predict(X_test, verbose=0)
svm = SVC(C=1000, gamma=0.02).fit(Z_train[:300], y_train[:300])
print(svm.score(Z_test, y_test))
svm = SVC(C=1, gamma=0.02).fit(Z_train[:300], y_train[:300])
print(svm.score(Z_test, y_test))
