"""L'objet TSNE est créé, mais `fit_transform` n'est jamais appelé : deux pixels servent de coordonnées."""

# expect: tsne = failed 0

import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

tsne = TSNE(n_components=2, init="pca", perplexity=30, verbose=2)
points = images[:, 350:352]
plt.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", s=6)
plt.show()
