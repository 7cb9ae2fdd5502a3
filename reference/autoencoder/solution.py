# %% [markdown]
# # Autoencodeur : résumer un chiffre en vingt nombres (corrigé)

# %%
REPONSES = {
    "pourquoi": "La seconde. L'autoencodeur n'a jamais vu d'étiquette : ses vingt nombres gardent de quoi redessiner l'image, "
    "que cela aide ou non à reconnaître le chiffre. Le classifieur a appris avec les étiquettes : ses vingt nombres éloignent "
    "les classes les unes des autres, et la SVM n'a plus qu'à tracer des frontières entre elles.",
    "parametre": "La dimension voulue pour le code, ici 20.",
}

# %%
import keras
from sklearn.svm import SVC

keras.utils.set_random_seed(1)

EPOQUES = 100
LOT = 100
PAS = 0.01
POUR_SVM = 10000
GROUPE = 40  # pas d'apprentissage par appel de TensorFlow : le même calcul, deux fois plus vite pour un petit réseau

# %% [markdown]
# ## Les données

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255

Y_train = keras.utils.to_categorical(y_train, 10)

# %% [markdown]
# ## L'encodeur et l'autoencodeur
#
# (784 + 1) × 20 + (20 + 1) × 784 = 32164 paramètres.

# %%
encodeur = keras.Sequential(
    [
        keras.Input(shape=(28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(20, activation="relu"),
    ]
)
decodeur = keras.Sequential(
    [
        keras.Input(shape=(20,)),
        keras.layers.Dense(784, activation="sigmoid"),
        keras.layers.Reshape((28, 28)),
    ]
)
autoencodeur = keras.Sequential([keras.Input(shape=(28, 28)), encodeur, decodeur])
autoencodeur.summary()

autoencodeur.compile(
    optimizer=keras.optimizers.SGD(learning_rate=PAS),
    loss="mean_squared_error",
    steps_per_execution=GROUPE,
)
autoencodeur.fit(X_train, X_train, batch_size=LOT, epochs=EPOQUES, validation_split=0.2, verbose=2)

# %% [markdown]
# ## Une SVM sur les caractéristiques de l'autoencodeur
#
# Tout de suite : le classifieur, plus bas, changera les poids de l'encodeur.

# %%
Z_train = encodeur.predict(X_train, verbose=0)
Z_test = encodeur.predict(X_test, verbose=0)

svm = SVC(C=1000, gamma=0.02).fit(Z_train[:POUR_SVM], y_train[:POUR_SVM])
print(f"SVM sur les caractéristiques de l'autoencodeur : {svm.score(Z_test, y_test):.2%}")

# %% [markdown]
# ## Le classifieur, qui commence par le même encodeur
#
# (784 + 1) × 20 + (20 + 1) × 10 = 15910 paramètres, dont 15700 en commun avec l'autoencodeur.

# %%
classifieur = keras.Sequential(
    [
        keras.Input(shape=(28, 28)),
        encodeur,
        keras.layers.Dense(10, activation="softmax"),
    ]
)
classifieur.summary()

classifieur.compile(
    optimizer=keras.optimizers.SGD(learning_rate=PAS),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
    steps_per_execution=GROUPE,
)
classifieur.fit(X_train, Y_train, batch_size=LOT, epochs=EPOQUES, validation_split=0.2, verbose=2)

# %% [markdown]
# ## Une SVM sur les caractéristiques du classifieur

# %%
Z_train = encodeur.predict(X_train, verbose=0)
Z_test = encodeur.predict(X_test, verbose=0)

svm = SVC(C=1, gamma=0.02).fit(Z_train[:POUR_SVM], y_train[:POUR_SVM])
print(f"SVM sur les caractéristiques du classifieur : {svm.score(Z_test, y_test):.2%}")
