# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `np.float`
# notice: `np.int`
import numpy as np
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:3000].reshape(3000, 784).astype(np.float) / 255
y_train = keras.utils.to_categorical(y_train[:3000].astype(np.int))
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=100, epochs=1)
