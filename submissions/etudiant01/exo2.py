# TP MNIST, exercice 2
import keras
from keras.layers import Dense, Input
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import to_categorical

REPONSES = {
    "parametres": "784*100 + 100 + 100*10 + 10 = 79 510",
    "convexe": "Non, à cause de la couche cachée la fonction de coût n'est plus convexe.",
    "minimum_global": "Non, on peut tomber dans un minimum local.",
}

keras.utils.set_random_seed(42)

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32") / 255.0
X_test = X_test.reshape(10000, 784).astype("float32") / 255.0
Y_train = to_categorical(y_train, 10)
Y_test = to_categorical(y_test, 10)

model = Sequential(
    [
        Input((784,)),
        Dense(100, activation="sigmoid", name="fc1"),
        Dense(10, activation="softmax", name="fc2"),
    ]
)
model.summary()

model.compile(loss="categorical_crossentropy", optimizer=SGD(0.5), metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=300, epochs=10, verbose=1)

scores = model.evaluate(X_test, Y_test, verbose=0)
print("précision : %.2f%%" % (scores[1] * 100))

model.save("exo2.keras")
