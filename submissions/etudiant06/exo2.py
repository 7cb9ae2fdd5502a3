# -*- coding: utf-8 -*-
"""TME MNIST : perceptron"""
import keras
import numpy as np
from keras.layers import Activation, Dense, Input
from keras.models import Model
from keras.optimizers import SGD

REPONSES = {
    "parametres": "couche 1 : 785x100 = 78500, couche 2 : 101x10 = 1010, total 79510",
    "convexe": "non-convexe",
    "minimum_global": "Ça dépend de l'initialisation",
}

NB_CLASSES = 10
NB_CACHES = 100
LR = 0.5
BATCH = 300
EPOCHS = 10


def prepare():
    (xa, ya), (xt, yt) = keras.datasets.mnist.load_data()
    xa = xa.reshape(len(xa), -1).astype(np.float32) / 255
    xt = xt.reshape(len(xt), -1).astype(np.float32) / 255
    return xa, np.eye(NB_CLASSES)[ya], xt, np.eye(NB_CLASSES)[yt]


def build(dim):
    entree = Input(shape=(dim,))
    cachee = Activation("sigmoid")(Dense(NB_CACHES)(entree))
    proba = Activation("softmax")(Dense(NB_CLASSES)(cachee))
    return Model(entree, proba)


def sauver(model, nom):
    with open(nom + ".json", "w") as f:
        f.write(model.to_json())
    model.save_weights(nom + ".weights.h5")
    print("modèle sauvé dans", nom)


def main():
    xa, ya, xt, yt = prepare()
    model = build(xa.shape[1])
    model.compile(optimizer=SGD(learning_rate=LR), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(xa, ya, batch_size=BATCH, epochs=EPOCHS, verbose=2)
    loss, acc = model.evaluate(xt, yt, verbose=0)
    print(f"loss = {loss:.4f}  acc = {100 * acc:.2f} %")
    sauver(model, "exo2")


if __name__ == "__main__":
    main()
