# TP MNIST, exercice 1
import keras
import matplotlib.pyplot as plt
from keras.layers import Dense, Input
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import to_categorical

REPONSES = {
    "parametres": "(784 + 1) x 10 = 7 850",
    "convexe": "Oui, l'entropie croisée d'un softmax linéaire est convexe en W et b.",
    "minimum_global": "Oui, car la fonction est convexe : tout minimum local est global.",
}

keras.utils.set_random_seed(42)

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32") / 255.0
X_test = X_test.reshape(10000, 784).astype("float32") / 255.0
print(X_train.shape[0], "images d'apprentissage,", X_test.shape[0], "images de test")

Y_train = to_categorical(y_train, 10)
Y_test = to_categorical(y_test, 10)

model = Sequential([Input((784,)), Dense(10, activation="softmax", name="fc1")])
model.summary()

model.compile(loss="categorical_crossentropy", optimizer=SGD(0.5), metrics=["accuracy"])
history = model.fit(X_train, Y_train, batch_size=300, epochs=10, verbose=1)

scores = model.evaluate(X_test, Y_test, verbose=0)
print("%s: %.2f%%" % ("perte", scores[0] * 100))
print("%s: %.2f%%" % ("précision", scores[1] * 100))

plt.plot(history.history["accuracy"])
plt.xlabel("époque")
plt.ylabel("précision")
plt.savefig("courbe.png")
