# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `model.fit_generator(…)`
# notice: `model.evaluate_generator(…)`
import numpy as np
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
def lots(x, y, n):
    while True:
        i = np.random.randint(0, len(x), n)
        yield x[i], y[i]

model = keras.Sequential([keras.layers.Dense(10, input_dim=784, activation='softmax')])
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
model.fit_generator(lots(x_train, y_train, 100), steps_per_epoch=20, epochs=2, verbose=1, workers=1)
print(model.evaluate_generator(lots(x_test, y_test, 100), steps=5))
