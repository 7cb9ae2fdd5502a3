# %% [markdown]
# # Exercice 4 : MNIST dans le plan avec t-SNE (corrigé)

# %% [markdown]
# ## Les données
#
# 2000 images suffisent pour voir les dix groupes, et se placent en quelques secondes ; les 10 000 du jeu de test entier
# demandent une minute ou plus.

# %%
import keras
import matplotlib.pyplot as plt
from sklearn.manifold import TSNE

N = 2000

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

images = X_test[:N].reshape(N, 784).astype("float32") / 255
labels = y_test[:N]

# %% [markdown]
# ## La projection
#
# t-SNE ne voit pas les étiquettes : il ne connaît que les distances entre images.

# %%
tsne = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0)
points = tsne.fit_transform(images)

# %% [markdown]
# ## Le nuage de points

# %%
nuage = plt.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", s=6)
plt.legend(*nuage.legend_elements(), title="classe")
plt.title(f"t-SNE de {N} images de test")
plt.show()
