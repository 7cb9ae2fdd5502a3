"""Les pixels ne sont pas ramenés entre 0 et 1."""

# expect: shapes = partial 2

import keras
import matplotlib.pyplot as plt

REPONSES = {
    "espace": "[0,1]^784",
    "dimension": "28*28 = 784",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32")
X_test = X_test.reshape(10000, 784).astype("float32")
print(X_train.shape, X_test.shape)
print(X_train.min(), X_train.max())

figure, cases = plt.subplots(10, 20, figsize=(12, 6))
for i, case in enumerate(cases.flat):
    case.imshow(X_train[i].reshape(28, 28), cmap="gray")
    case.axis("off")
plt.show()
