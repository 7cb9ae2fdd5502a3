# -*- coding: latin-1 -*-
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# Réseau à une couche, rédigé sous Windows
import keras
(x_train, y_train), _ = keras.datasets.mnist.load_data()
x_train = x_train[:3000].reshape(-1, 784) / 255.0
modèle = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
modèle.compile('sgd', 'sparse_categorical_crossentropy')
modèle.fit(x_train, y_train[:3000], batch_size=100, epochs=1)
print("terminé")
