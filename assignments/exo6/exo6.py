# %% [markdown]
# # Exercice 6 : ce que les réseaux ont appris
#
# L'énoncé complet est dans `README.md`. Copiez ici `outils.py` et les modèles `exo2.keras` et `exo3.keras` des
# exercices 2 et 3, répondez à la question, complétez les `TODO`, puis tapez `grade exo6` dans ce dossier.

# %%
REPONSES = {
    "interpretation": None,  # les réseaux démêlent-ils les classes ? appuyez-vous sur vos trois valeurs du NH
}

# %% [markdown]
# ## Les données

# %%
import keras
import matplotlib.pyplot as plt

N = 2000  # de 1000 (quelques secondes par projection) à 10 000 (une minute ou plus)

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

# TODO : les N premières images de test : à plat pour le MLP, de forme (N, 28, 28, 1) pour le réseau convolutif

# %% [markdown]
# ## Les pixels

# %%
# TODO : t-SNE des pixels (comme à l'exercice 5), puis nh_brut = …

# %% [markdown]
# ## La couche cachée du MLP

# %%
# TODO : charger_modele("exo2") (du module outils), ou keras.models.load_model("exo2.keras")
# TODO : un modèle sans la couche de sortie, predict sur les images : 100 valeurs par image
# TODO : t-SNE de ces valeurs, puis nh_mlp = …

# %% [markdown]
# ## La couche cachée du réseau convolutif

# %%
# TODO : de même avec "exo3", puis nh_cnn = …

# %% [markdown]
# ## Les figures et la comparaison

# %%
# TODO : enveloppes, ellipses et visualiser pour chaque projection ; afficher les trois valeurs du NH

plt.show()
