"""Ce sont les étiquettes one-hot, et non les images, qui sont projetées : la séparation est parfaite et ne dit rien."""

# expect: tsne = failed 0

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.manifold import TSNE

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

images = keras.utils.to_categorical(labels, 10) + np.random.default_rng(0).normal(0, 0.01, (N, 10))
points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(images)
plt.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", s=6)
plt.show()
