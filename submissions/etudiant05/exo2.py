# Exercice 2
# pas fini

REPONSES = {
    "parametres": "784*100 + 100*10 = 79400",
    "convexe": "Je ne sais pas",
    "minimum_global": None,
}

import keras
from keras.layers import Dense
from keras.models import Sequential

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

reseau = Sequential()
reseau.add(keras.Input(shape=(784,)))
reseau.add(Dense(100, activation="relu"))
reseau.add(Dense(10, activation="softmax"))

reseau.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.SGD(0.1), metrics=["accuracy"])
reseau.fit(X_train, Y_train, batch_size=300, epochs=2)

print(reseau.evaluate(X_test, Y_test))
# reseau.save("exo2.keras")
