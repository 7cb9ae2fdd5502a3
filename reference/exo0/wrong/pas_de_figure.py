"""Aucune figure n'est dessinée."""

# expect: runs = failed 0
# expect: figure = failed 0

import keras

REPONSES = {
    "espace": "[0,1]^784",
    "dimension": "28*28 = 784",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255
print(X_train.shape, X_test.shape)
print(X_train.min(), X_train.max())
