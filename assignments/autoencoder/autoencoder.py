# %% [markdown]
# # Autoencodeur : résumer un chiffre en vingt nombres
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade autoencoder` dans ce dossier.

# %%
REPONSES = {
    "pourquoi": None,  # laquelle des deux SVM est la meilleure, et pourquoi ? quelques phrases
    "parametre": None,  # le seul paramètre que l'on choisit dans un autoencodeur
}

# %% [markdown]
# ## Les données

# %%
import keras
from sklearn.svm import SVC

keras.utils.set_random_seed(1)  # les mêmes tirages à chaque exécution

EPOQUES = 100  # deux suffisent pour mettre le programme au point
POUR_SVM = 10000  # les SVM n'apprennent que sur les 10 000 premières images

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : mettre les images en float32, entre 0 et 1
# TODO : passer les étiquettes en one-hot avec keras.utils.to_categorical (pour le classifieur)

# %% [markdown]
# ## L'encodeur et l'autoencodeur

# %%
# TODO : l'encodeur : mise à plat, puis 20 neurones relu
# TODO : l'autoencodeur : l'encodeur, puis 784 neurones sigmoid et un Reshape en (28, 28)
# TODO : compiler (erreur quadratique moyenne, SGD de pas 0.01), entraîner à rendre X_train quand on lui donne X_train

# %% [markdown]
# ## Une SVM sur les caractéristiques de l'autoencodeur

# %%
# TODO : les caractéristiques de l'apprentissage et du test, par encodeur.predict
# TODO : SVC(C=1000, gamma=0.02) sur les 10 000 premières ; afficher son exactitude sur le test

# %% [markdown]
# ## Le classifieur, qui commence par le même encodeur

# %%
# TODO : le même encodeur, puis 10 neurones softmax ; compiler (entropie croisée) et entraîner de même

# %% [markdown]
# ## Une SVM sur les caractéristiques du classifieur

# %%
# TODO : les nouvelles caractéristiques, puis SVC(C=1, gamma=0.02) ; afficher son exactitude sur le test
