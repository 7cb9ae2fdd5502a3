# %% [markdown]
# # Exercice 3 : un réseau convolutif (LeNet) sur MNIST (corrigé)

# %%
REPONSES = {
    # Avec padding="same", les cartes font 28 × 28, puis 14 × 14, puis 7 × 7 : 7 * 7 * 64 = 3136 entrées de la dense.
    "parametres": "(5*5*1*32 + 32) + (5*5*32*64 + 64) + (3136*100 + 100) + (100*10 + 10) = 366806",
}

# %% [markdown]
# ## Les réglages
#
# Adam plutôt que la descente simple : avec des sigmoïdes aussi profondes, SGD reste plusieurs époques sur un plateau
# où la perte vaut ln 10 ≈ 2,30 (le réseau répond « un dixième » partout), et en sort plus ou moins tôt selon la chance.

# %%
import keras

keras.utils.set_random_seed(3)

EPOQUES = 10
LOT = 100
PAS = 0.002  # au début ; il décroît ensuite jusqu'à 0 en suivant un cosinus

# %% [markdown]
# ## Les données
#
# Une image reste une image : 28 × 28, et un seul canal.

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.reshape(60000, 28, 28, 1).astype("float32") / 255
X_test = X_test.reshape(10000, 28, 28, 1).astype("float32") / 255

Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)

# %% [markdown]
# ## Le modèle

# %%
modele = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Conv2D(32, kernel_size=(5, 5), activation="sigmoid", padding="same"),
        keras.layers.MaxPooling2D(pool_size=(2, 2)),
        keras.layers.Conv2D(64, kernel_size=(5, 5), activation="sigmoid", padding="same"),
        keras.layers.MaxPooling2D(pool_size=(2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
modele.summary()

# %% [markdown]
# ## L'apprentissage

# %%
pas = keras.optimizers.schedules.CosineDecay(PAS, decay_steps=EPOQUES * len(X_train) // LOT)
modele.compile(
    optimizer=keras.optimizers.Adam(learning_rate=pas),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_train, Y_train, batch_size=LOT, epochs=EPOQUES, verbose=2)

# %% [markdown]
# ## Le test et la sauvegarde
#
# Environ 99 % : les convolutions reconnaissent un trait où qu'il soit dans l'image.

# %%
perte, exactitude = modele.evaluate(X_test, Y_test, verbose=0)
print(f"perte sur le test : {perte:.4f}, exactitude sur le test : {exactitude:.2%}")

modele.save("exo3.keras")
