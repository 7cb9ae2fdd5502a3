# %% [markdown]
# # Signes de la main : un réseau convolutif sur des images en couleur (corrigé)

# %%
REPONSES = {
    # 64 - 3 + 1 = 62, puis 62 - 3 + 1 = 60, puis la moitié ; 30 * 30 * 32 = 28800 entrées de la couche dense.
    "parametres": "(3*3*3 + 1)*32 + (3*3*32 + 1)*32 + (28800 + 1)*6 = 896 + 9248 + 172806 = 182950",
    "formes": "62x62x32, 60x60x32, 30x30x32, 28800, 6",
}

# %%
import h5py
import keras

keras.utils.set_random_seed(1)

EPOQUES = 25
LOT = 32
PAS = 0.01

# %% [markdown]
# ## Les données

# %%
with h5py.File("train_signs.h5") as fichier:
    X_train, y_train = fichier["train_set_x"][:], fichier["train_set_y"][:]
with h5py.File("test_signs.h5") as fichier:
    X_test, y_test = fichier["test_set_x"][:], fichier["test_set_y"][:]

X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255

Y_train = keras.utils.to_categorical(y_train, 6)
Y_test = keras.utils.to_categorical(y_test, 6)

# %% [markdown]
# ## Le modèle

# %%
modele = keras.Sequential(
    [
        keras.Input(shape=(64, 64, 3)),
        keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        keras.layers.MaxPooling2D(pool_size=(2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(6, activation="softmax"),
    ]
)
modele.summary()

# %% [markdown]
# ## L'apprentissage

# %%
modele.compile(
    optimizer=keras.optimizers.SGD(learning_rate=PAS),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
modele.fit(X_train, Y_train, batch_size=LOT, epochs=EPOQUES, verbose=2)

# %% [markdown]
# ## Le test et la sauvegarde
#
# Environ 80 % sur le test quand l'apprentissage dépasse 90 % : 1080 images ne suffisent pas à ce réseau pour généraliser
# aussi bien qu'il apprend.

# %%
perte, exactitude = modele.evaluate(X_test, Y_test, verbose=0)
print(f"perte sur le test : {perte:.4f}, exactitude sur le test : {exactitude:.2%}")

modele.save_weights("signs.weights.h5")
