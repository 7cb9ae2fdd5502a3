# %% [markdown]
# # Exercice 0 : regarder MNIST (corrigé)

# %%
REPONSES = {
    "espace": "[0, 1]^784 dans R^784 ; avec 256 niveaux de gris il contient 256^784 images, presque toutes du bruit",
    "dimension": "28 * 28 = 784",
}

# %% [markdown]
# ## Les données

# %%
import keras
import matplotlib.pyplot as plt

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()

X_train = X_train.reshape(60000, 784).astype("float32") / 255
X_test = X_test.reshape(10000, 784).astype("float32") / 255

print("apprentissage :", X_train.shape, "test :", X_test.shape)
print("pixels entre", X_train.min(), "et", X_train.max())

# %% [markdown]
# ## Les 200 premières images
#
# Une case par image, de gauche à droite puis de haut en bas : la case 0 est en haut à gauche.

# %%
figure, cases = plt.subplots(10, 20, figsize=(12, 6))
for i, case in enumerate(cases.flat):
    case.imshow(X_train[i].reshape(28, 28), cmap="gray")
    case.axis("off")
plt.show()
