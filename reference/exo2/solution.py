# %% [markdown]
# # Exercice 2 : un perceptron multicouche sur MNIST (corrigé)

# %%
REPONSES = {
    "parametres": "(784 * 100 + 100) + (100 * 10 + 10) = 79510",
    "convexe": "Non : permuter deux neurones cachés donne un autre minimum, aussi profond que le premier",
    "minimum_global": "Non : le coût a des minima locaux et des plateaux, l'arrivée dépend du départ",
}

# %%
import keras

keras.utils.set_random_seed(2)

# %% [markdown]
# ## Les données

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255

Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

# %% [markdown]
# ## Le modèle
#
# h = σ(xW₁ + b₁), puis ŷ = softmax(hW₂ + b₂).

# %%
modele = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(100, activation="sigmoid"),
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
# ## Le test et la sauvegarde
#
# Environ 95 % : la couche cachée enlève un tiers des erreurs de la régression logistique.

# %%
perte, exactitude = modele.evaluate(X_test, Y_test, verbose=0)
print(f"perte sur le test : {perte:.4f}, exactitude sur le test : {exactitude:.2%}")

modele.save("exo2.keras")
