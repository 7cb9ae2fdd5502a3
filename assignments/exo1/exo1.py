# %% [markdown]
# # Exercice 1 : régression logistique sur MNIST
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade exo1` dans ce dossier.

# %%
REPONSES = {
    "parametres": None,  # combien de paramètres ? écrivez le calcul, par exemple "3*4 + 2 = 14"
    "convexe": None,  # le coût est-il convexe en W et b ? "oui" ou "non", et pourquoi
    "minimum_global": None,  # un pas bien choisi mène-t-il au minimum global ? "oui" ou "non", et pourquoi
}

# %% [markdown]
# ## Les données
#
# 60 000 images pour apprendre, 10 000 pour tester, chacune de 28 × 28 pixels entre 0 et 255.

# %%
import keras

keras.utils.set_random_seed(1)  # les mêmes tirages à chaque exécution

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
print(X_train.shape, y_train.shape, X_test.shape, y_test.shape)

# TODO : mettre les images à plat (784 valeurs chacune), en float32, entre 0 et 1

# TODO : passer les étiquettes en one-hot (10 valeurs, un seul 1) avec keras.utils.to_categorical

# %% [markdown]
# ## Le modèle

# %%
# TODO : une couche dense de 10 neurones avec un softmax
# TODO : modele.summary() ; comparez le nombre de paramètres avec votre calcul

# %% [markdown]
# ## L'apprentissage

# %%
# TODO : compiler (entropie croisée, descente de gradient stochastique de pas 0.5, métrique "accuracy")
# TODO : entraîner pendant 10 époques, par lots de 300 images

# %% [markdown]
# ## Le test

# %%
# TODO : mesurer et afficher l'exactitude sur les 10 000 images de test
