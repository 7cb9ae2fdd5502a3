"""Le programme est juste, mais l'espace et sa dimension sont ceux d'une image vue comme un plan."""

# expect: answer.espace = failed 0
# expect: answer.dimension = failed 0

import keras
import matplotlib.pyplot as plt

REPONSES = {
    "espace": "R^2",
    "dimension": "28",
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255
print(X_train.shape, X_test.shape)
print(X_train.min(), X_train.max())

figure, cases = plt.subplots(10, 20, figsize=(12, 6))
for i, case in enumerate(cases.flat):
    case.imshow(X_train[i].reshape(28, 28), cmap="gray")
    case.axis("off")
plt.show()
