# %% [markdown]
# # XOR : le plus petit réseau qui a besoin d'une couche cachée
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade xor` dans ce dossier.

# %%
REPONSES = {
    "perceptron_simple": None,  # un neurone seul peut-il calculer le ou exclusif ? "oui" ou "non"
    "pourquoi": None,  # pourquoi ? deux ou trois phrases
}

# %% [markdown]
# ## Les données

# %%
import keras
import numpy as np

keras.utils.set_random_seed(1)  # changez ce nombre pour essayer un autre départ

# TODO : X, les quatre points, de forme (4, 2), et y, leurs étiquettes, de forme (4, 1), en float32

# %% [markdown]
# ## Le modèle

# %%
# TODO : une couche dense de 2 neurones (relu), puis une de 1 neurone (sigmoid)
# TODO : modele.summary()

# %% [markdown]
# ## L'apprentissage

# %%
# TODO : compiler (erreur quadratique moyenne, Adam)
# TODO : entraîner pendant 1000 époques, avec verbose=0

# %% [markdown]
# ## Les prédictions

# %%
# TODO : afficher les prédictions des quatre points, arrondies à 0 ou 1
