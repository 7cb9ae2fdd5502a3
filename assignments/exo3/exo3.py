# %% [markdown]
# # Exercice 3 : un réseau convolutif (LeNet) sur MNIST
#
# L'énoncé complet est dans `README.md`. Répondez à la question ici, complétez les `TODO`, puis tapez
# `grade exo3` dans ce dossier. L'apprentissage dure plusieurs minutes : essayez d'abord avec une époque.

# %%
REPONSES = {
    "parametres": None,  # combien de paramètres ? écrivez le calcul, couche par couche
}

# %% [markdown]
# ## Les réglages

# %%
import keras

keras.utils.set_random_seed(3)  # les mêmes tirages à chaque exécution

EPOQUES = 10
LOT = 100

# %% [markdown]
# ## Les données

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : images de forme (28, 28, 1), en float32, entre 0 et 1 ; étiquettes en one-hot

# %% [markdown]
# ## Le modèle

# %%
# TODO : convolution de 32 filtres 5 × 5 (sigmoïde), max-pooling 2 × 2,
#        convolution de 64 filtres 5 × 5 (sigmoïde), max-pooling 2 × 2,
#        mise à plat, dense de 100 (sigmoïde), dense de 10 (softmax)
# TODO : modele.summary() ; comparez le nombre de paramètres avec votre calcul

# %% [markdown]
# ## L'apprentissage

# %%
# TODO : compiler (entropie croisée, Adam de pas 0.001, métrique "accuracy") et entraîner

# %% [markdown]
# ## Le test et la sauvegarde

# %%
# TODO : mesurer et afficher l'exactitude sur les 10 000 images de test
# TODO : sauver le modèle, l'exercice 6 en aura besoin : sauver_modele(modele, "exo3"), du module outils,
#        ou bien modele.save("exo3.keras")
