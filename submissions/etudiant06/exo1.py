# -*- coding: utf-8 -*-
"""TME MNIST : regression logistique"""
import keras
import numpy as np
from keras.layers import Activation, Dense, Input
from keras.models import Model
from keras.optimizers import SGD

REPONSES = {
    "parametres": "W : 784x10, b : 10 donc 7850 parametres",
    "convexe": "Oui, la NLL est convexe en (W,b) pour la regression logistique",
    "minimum_global": "Oui avec un pas adapté",
}

NB_CLASSES = 10
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
    scores = Dense(NB_CLASSES)(entree)
    proba = Activation("softmax")(scores)
    return Model(entree, proba)


def main():
    xa, ya, xt, yt = prepare()
    model = build(xa.shape[1])
    model.compile(optimizer=SGD(learning_rate=LR), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(xa, ya, batch_size=BATCH, epochs=EPOCHS, validation_data=(xt, yt), verbose=2)
    loss, acc = model.evaluate(xt, yt, verbose=0)
    print(f"loss = {loss:.4f}  acc = {100 * acc:.2f} %")


if __name__ == "__main__":
    main()
