# %% [markdown]
# # Signes de la main : un réseau convolutif sur des images en couleur
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade signs` dans ce dossier.

# %%
REPONSES = {
    "parametres": None,  # combien de paramètres ? écrivez le calcul, couche par couche
    "formes": None,  # la forme de la sortie de chaque couche, par exemple "10x10x4, 5x5x4, 100"
}

# %% [markdown]
# ## Les données
#
# `train_signs.h5` et `test_signs.h5` doivent se trouver à côté de ce fichier.

# %%
import h5py
import keras

keras.utils.set_random_seed(1)  # les mêmes tirages à chaque exécution

with h5py.File("train_signs.h5") as fichier:
    X_train, y_train = fichier["train_set_x"][:], fichier["train_set_y"][:]
with h5py.File("test_signs.h5") as fichier:
    X_test, y_test = fichier["test_set_x"][:], fichier["test_set_y"][:]
print(X_train.shape, y_train.shape, X_test.shape, y_test.shape)

# TODO : mettre les images en float32, entre 0 et 1
# TODO : passer les étiquettes en one-hot (6 valeurs) avec keras.utils.to_categorical

# %% [markdown]
# ## Le modèle

# %%
# TODO : deux convolutions de 32 filtres 3 × 3 (relu), max-pooling 2 × 2, mise à plat, 6 neurones softmax
# TODO : modele.summary() ; comparez chaque ligne avec votre calcul

# %% [markdown]
# ## L'apprentissage

# %%
# TODO : compiler (entropie croisée, descente de gradient stochastique de pas 0.01, métrique "accuracy")
# TODO : entraîner pendant 25 époques, par lots de 32 images

# %% [markdown]
# ## Le test et la sauvegarde

# %%
# TODO : mesurer et afficher l'exactitude sur les 120 images de test
# TODO : sauver les poids dans signs.weights.h5
