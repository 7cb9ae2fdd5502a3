# %% [markdown]
# # Exercice 1 : régression logistique sur MNIST (corrigé)

# %%
REPONSES = {
    "parametres": "784 * 10 + 10 = 7850",  # une matrice W de 784 × 10 et un biais b de 10
    "convexe": "Oui : log Σ exp est convexe, et les scores sont affines en W et b",
    "minimum_global": "Oui : quand le coût est convexe, tout minimum local est global",
}

# %%
import keras

keras.utils.set_random_seed(1)

# %% [markdown]
# ## Les données
#
# Une image est un vecteur de 784 pixels entre 0 et 1 ; une étiquette, un vecteur de 10 valeurs dont une seule vaut 1.

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255

Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

# %% [markdown]
# ## Le modèle
#
# ŷ = softmax(xW + b) : une seule couche.

# %%
modele = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.summary()

# %% [markdown]
# ## L'apprentissage

# %%
modele.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_train, Y_train, batch_size=300, epochs=10, verbose=2)

# %% [markdown]
# ## Le test
#
# Environ 92 % : un modèle linéaire reconnaît déjà la plupart des chiffres.

# %%
perte, exactitude = modele.evaluate(X_test, Y_test, verbose=0)
print(f"perte sur le test : {perte:.4f}, exactitude sur le test : {exactitude:.2%}")
