# %% [markdown]
# # Fashion-MNIST : un perceptron multicouche et des données normalisées
#
# L'énoncé complet est dans `README.md`. Répondez aux questions ici, complétez les `TODO`, puis tapez
# `grade fashion` dans ce dossier.

# %%
REPONSES = {
    "parametres": None,  # combien de paramètres ? écrivez le calcul, par exemple "(3*4 + 4) + (4*2 + 2) = 26"
    "iterations": None,  # 2000 exemples, lots de 500 : combien d'itérations par époque ?
    "effet_batch": None,  # l'effet de la taille du lot et du nombre d'époques, en quelques phrases
}

# %% [markdown]
# ## Les données

# %%
import keras

keras.utils.set_random_seed(1)  # les mêmes tirages à chaque exécution

(X_train, y_train), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
print(X_train.shape, y_train.shape, X_test.shape, y_test.shape)

# TODO : garder les 10 000 premières images d'apprentissage et leurs étiquettes
# TODO : mettre les images à plat (784 valeurs chacune), en float32

# TODO : normaliser avec sklearn.preprocessing.StandardScaler ; sur quelles images faut-il appeler fit ?

# TODO : passer les étiquettes en one-hot avec keras.utils.to_categorical

# %% [markdown]
# ## Le modèle

# %%
# TODO : 256 neurones relu, 128 neurones relu, 10 neurones softmax
# TODO : modele.summary() ; comparez chaque ligne avec votre calcul

# %% [markdown]
# ## L'apprentissage

# %%
# TODO : compiler (entropie croisée, Adam, métrique "accuracy")
# TODO : entraîner pendant 10 époques, par lots de 100 images

# %% [markdown]
# ## Le test

# %%
# TODO : mesurer et afficher l'exactitude sur les 10 000 images de test
