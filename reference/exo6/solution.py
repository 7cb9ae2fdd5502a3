# %% [markdown]
# # Exercice 6 : ce que les réseaux ont appris (corrigé)

# %%
REPONSES = {
    "interpretation": (
        "Oui, de plus en plus. Dans l'espace des pixels, les classes se touchent et se mêlent (4 et 9, 3, 5 et 8) : le "
        "NH est le plus bas. La couche cachée du MLP les écarte, car la couche de sortie, linéaire, doit pouvoir les "
        "séparer. Celle du réseau convolutif les sépare presque parfaitement : les convolutions et le pooling ont "
        "d'abord absorbé les petits déplacements du trait. La variété est dépliée couche après couche, et le NH suit "
        "l'exactitude du modèle."
    ),
}

# %% [markdown]
# ## Les données
#
# 2000 images : chaque projection prend quelques secondes au lieu d'une minute, et les trois restent comparables entre
# elles puisqu'elles placent les mêmes images.

# %%
from pathlib import Path

import keras
import matplotlib.pyplot as plt
from outils import charger_modele, enveloppes_convexes, meilleures_ellipses, neighborhood_hit, visualiser
from sklearn.manifold import TSNE

N = 2000

keras.utils.set_random_seed(6)

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.reshape(60000, 28, 28, 1).astype("float32") / 255
X_test = X_test.reshape(10000, 28, 28, 1).astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)

images = X_test[:N]
labels = y_test[:N]

# %% [markdown]
# ## Les modèles des exercices 2 et 3
#
# Ils sont relus s'ils sont dans le dossier. Sinon, ce corrigé les entraîne ici, juste assez pour être comparés : en une
# minute environ, le réseau convolutif (`padding="valid"`, trois fois moins de calculs) dépasse 97 %.

# %%
if Path("exo2.keras").exists():
    mlp = charger_modele("exo2")
else:
    mlp = keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(100, activation="sigmoid"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    mlp.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy", metrics=["accuracy"])
    mlp.fit(X_train.reshape(60000, 784), Y_train, batch_size=300, epochs=10, verbose=2)

# %%
if Path("exo3.keras").exists():
    cnn = charger_modele("exo3")
else:
    cnn = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size=(5, 5), activation="sigmoid"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Conv2D(64, kernel_size=(5, 5), activation="sigmoid"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, activation="sigmoid"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    cnn.compile(keras.optimizers.Adam(0.003), "categorical_crossentropy", metrics=["accuracy"])
    cnn.fit(X_train, Y_train, batch_size=50, epochs=2, verbose=2)

# %% [markdown]
# ## Les 100 valeurs cachées
#
# On coupe le réseau après sa couche de 100 neurones. La couche de sortie et son softmax n'en font qu'une ici :
# `layers[-2]` est la couche cachée.

# %%
cache_mlp = keras.Model(mlp.inputs, mlp.layers[-2].output)
cache_cnn = keras.Model(cnn.inputs, cnn.layers[-2].output)

valeurs_mlp = cache_mlp.predict(images.reshape(N, 784), verbose=0)
valeurs_cnn = cache_cnn.predict(images, verbose=0)
print("valeurs cachées :", valeurs_mlp.shape, valeurs_cnn.shape)

# %% [markdown]
# ## Les trois projections et leurs critères


# %%
def projeter_et_mesurer(valeurs, titre):
    """Place les images dans le plan d'après `valeurs`, dessine les trois vues et rend le NH."""
    points = TSNE(n_components=2, init="pca", perplexity=30, verbose=2, random_state=0).fit_transform(valeurs)
    nh = neighborhood_hit(points, labels, k=6)
    visualiser(
        points, labels, enveloppes_convexes(points, labels), meilleures_ellipses(points, labels), nh, titre=titre
    )
    return nh


nh_brut = projeter_et_mesurer(images.reshape(N, 784), "Pixels")
nh_mlp = projeter_et_mesurer(valeurs_mlp, "Couche cachée du MLP")
nh_cnn = projeter_et_mesurer(valeurs_cnn, "Couche cachée du réseau convolutif")

print(f"neighborhood hit : pixels {nh_brut:.4f}, MLP {nh_mlp:.4f}, réseau convolutif {nh_cnn:.4f}")
plt.show()
