# Exercice 1
# J'ai mis 3 epochs parce que mon pc est lent

REPONSES = {
    "parametres": "28*28*10 = 7840",
    "convexe": "Oui, parce qu'il n'y a pas de couche cachée",
    "minimum_global": "pas toujours",
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
reseau.add(Dense(10, activation="softmax"))

reseau.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.SGD(0.01), metrics=["accuracy"])
reseau.fit(X_train, Y_train, batch_size=300, epochs=3)

print(reseau.evaluate(X_test, Y_test))
