# %% [markdown]
# # Exercice 5 : mesurer la séparation des classes
#
# L'énoncé complet est dans `README.md`. Copiez `outils.py` à côté de ce fichier, répondez à la question ici,
# complétez les `TODO`, puis tapez `grade exo5` dans ce dossier.

# %%
REPONSES = {
    "interpretation": None,  # que disent l'enveloppe convexe, l'ellipse et le NH, et à quoi chacun sert-il ?
}

# %% [markdown]
# ## Les données et la projection de l'exercice 4

# %%
import keras
import matplotlib.pyplot as plt

N = 2000  # de 1000 (quelques secondes) à 10 000 (une minute ou plus)

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : les N premières images de test et leurs étiquettes, puis leur t-SNE (reprenez l'exercice 4)

# %% [markdown]
# ## Les trois critères

# %%
# TODO : from outils import enveloppes_convexes, meilleures_ellipses, neighborhood_hit, visualiser
# TODO : une enveloppe convexe et une ellipse par classe
# TODO : nh = … (gardez ce nom), puis l'afficher

# %% [markdown]
# ## La figure

# %%
# TODO : visualiser(points, labels, enveloppes, ellipses, nh)

plt.show()
