# %% [markdown]
# # Fashion-MNIST : un perceptron multicouche et des données normalisées (corrigé)

# %%
REPONSES = {
    "parametres": "(784*256 + 256) + (256*128 + 128) + (128*10 + 10) = 200960 + 32896 + 1290 = 235146",
    "iterations": "2000 / 500 = 4",
    "effet_batch": "Un lot plus petit donne plus d'itérations par époque et un gradient plus bruité : l'époque dure plus "
    "longtemps mais la perte baisse plus vite par époque. Avec un grand lot, il faut plus d'époques. Quand on augmente le "
    "nombre d'époques, la perte d'apprentissage continue de baisser alors que celle du test remonte : sur-apprentissage.",
}

# %%
import keras
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(1)

# %% [markdown]
# ## Les données
#
# Le test joue le rôle d'images futures : moyenne et écart-type viennent de l'apprentissage seul.

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()

X_train, y_train = X_train[:10000], y_train[:10000]
X_train = X_train.reshape(10000, 784).astype("float32")
X_test = X_test.reshape(10000, 784).astype("float32")

normalisation = StandardScaler()
X_train = normalisation.fit_transform(X_train)
X_test = normalisation.transform(X_test)

Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

# %% [markdown]
# ## Le modèle

# %%
modele = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.summary()

# %% [markdown]
# ## L'apprentissage

# %%
modele.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
modele.fit(X_train, Y_train, batch_size=100, epochs=10, verbose=2)

# %% [markdown]
# ## Le test
#
# Environ 85 % : presque 100 % sur l'apprentissage, le réseau a commencé à apprendre par cœur.

# %%
perte, exactitude = modele.evaluate(X_test, Y_test, verbose=0)
print(f"perte sur le test : {perte:.4f}, exactitude sur le test : {exactitude:.2%}")
