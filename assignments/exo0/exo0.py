# %% [markdown]
# # Exercice 0 : regarder MNIST
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade exo0` dans ce dossier.

# %%
REPONSES = {
    "espace": None,  # dans quel espace les images mises à plat vivent-elles, et quelle est sa taille ?
    "dimension": None,  # la dimension de cet espace : un nombre
}

# %% [markdown]
# ## Les données

# %%
import keras
import matplotlib.pyplot as plt

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : mettre les images à plat (784 valeurs chacune), en float32, entre 0 et 1
# TODO : afficher avec print les formes de X_train et X_test, puis le minimum et le maximum de X_train

# %% [markdown]
# ## Les 200 premières images

# %%
# TODO : une figure de 10 lignes et 20 colonnes ; dans chaque case, une image d'apprentissage, dans l'ordre,
#        en niveaux de gris (plt.subplot, plt.imshow, reshape)

plt.show()
