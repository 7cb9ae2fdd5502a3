"""Une ACP est dessinée à la place d'une projection t-SNE."""

# expect: tsne = failed 0

import keras
import matplotlib.pyplot as plt
from sklearn.decomposition import PCA

N = 1000
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

points = PCA(n_components=2).fit_transform(images)
plt.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", s=6)
plt.show()
