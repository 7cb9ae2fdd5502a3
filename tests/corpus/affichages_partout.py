# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# -*- coding: utf-8 -*-
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
print("Données : ", x_train.shape, "étiquettes :", y_train.shape)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
print(model.summary())
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
print(model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=1).history)
for c in model.layers:
    print(c.name, c.get_weights()[0].shape)
print("é" * 200)
