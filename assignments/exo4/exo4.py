# %% [markdown]
# # Exercice 4 : MNIST dans le plan avec t-SNE
#
# L'énoncé complet est dans `README.md`. Complétez les `TODO`, puis tapez `grade exo4` dans ce dossier.

# %% [markdown]
# ## Les données

# %%
import keras
import matplotlib.pyplot as plt

N = 2000  # nombre d'images de test à placer dans le plan : de 1000 (quelques secondes) à 10 000 (une minute ou plus)

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : les N premières images de test, à plat, en float32, entre 0 et 1

# %% [markdown]
# ## La projection

# %%
# TODO : TSNE (de sklearn.manifold) avec n_components=2, init="pca", perplexity=30, verbose=2, puis fit_transform

# %% [markdown]
# ## Le nuage de points

# %%
# TODO : un nuage de points, une couleur par classe (plt.scatter avec c=… et cmap="tab10")

plt.show()
