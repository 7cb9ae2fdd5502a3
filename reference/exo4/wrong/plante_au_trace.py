"""La projection est juste, puis le tracé demande une palette que Matplotlib n'a plus."""

# expect: runs = failed 0

import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(images)
plt.scatter(points[:, 0], points[:, 1], c=labels, cmap=plt.cm.arc_en_ciel, s=6)
plt.show()
