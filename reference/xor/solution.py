# %% [markdown]
# # XOR : le plus petit réseau qui a besoin d'une couche cachée (corrigé)

# %%
REPONSES = {
    "perceptron_simple": "Non",
    "pourquoi": "Les points de XOR ne sont pas linéairement séparables : un neurone seul sépare le plan par une droite, "
    "et aucune droite ne met (0, 1) et (1, 0) d'un côté, (0, 0) et (1, 1) de l'autre. La couche cachée déplace les points "
    "de sorte qu'une droite suffise ensuite.",
}

# %% [markdown]
# ## Les données

# %%
import keras
import numpy as np

keras.utils.set_random_seed(1)

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
y = np.array([[0], [1], [1], [0]], dtype="float32")

# %% [markdown]
# ## Le modèle
#
# 2 × 2 + 2 = 6 paramètres pour la couche cachée, 2 + 1 = 3 pour la sortie : 9 en tout.

# %%
modele = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        keras.layers.Dense(2, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
modele.summary()

# %% [markdown]
# ## L'apprentissage

# %%
modele.compile(optimizer="adam", loss="mean_squared_error")
modele.fit(X, y, epochs=1000, verbose=0)

# %% [markdown]
# ## Les prédictions
#
# Environ 15 % des départs finissent sans erreur : la sortie ci-dessous dépend de la graine, le jugement n'en dépend pas.

# %%
predictions = modele.predict(X, verbose=0)
for point, valeur in zip(X, predictions[:, 0], strict=True):
    print(f"{point[0]:.0f} xor {point[1]:.0f} -> {valeur:.3f}, soit {int(valeur > 0.5)}")
