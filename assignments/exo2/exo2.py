# %% [markdown]
# # Exercice 2 : un perceptron multicouche sur MNIST
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade exo2` dans ce dossier. Partez de votre exercice 1 : peu de lignes changent.

# %%
REPONSES = {
    "parametres": None,  # combien de paramètres ? écrivez le calcul
    "convexe": None,  # le coût est-il convexe en tous les poids ? "oui" ou "non", et pourquoi
    "minimum_global": None,  # est-on assuré d'atteindre le minimum global ? "oui" ou "non", et pourquoi
}

# %% [markdown]
# ## Les données

# %%
import keras

keras.utils.set_random_seed(2)  # les mêmes tirages à chaque exécution

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : images à plat, en float32, entre 0 et 1 ; étiquettes en one-hot (comme à l'exercice 1)

# %% [markdown]
# ## Le modèle

# %%
# TODO : une couche dense de 100 neurones, sigmoïde, puis une couche dense de 10 neurones, softmax
# TODO : modele.summary() ; comparez le nombre de paramètres avec votre calcul

# %% [markdown]
# ## L'apprentissage

# %%
# TODO : compiler et entraîner avec les réglages de l'exercice 1

# %% [markdown]
# ## Le test et la sauvegarde

# %%
# TODO : mesurer et afficher l'exactitude sur les 10 000 images de test
# TODO : sauver le modèle, l'exercice 6 en aura besoin : sauver_modele(modele, "exo2"), du module outils,
#        ou bien modele.save("exo2.keras")
