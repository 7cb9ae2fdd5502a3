# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
import keras
from keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
for couches in ([layers.Dense(10, activation='softmax')], [layers.Dense(100, activation='sigmoid'), layers.Dense(10, activation='softmax')]):
    model = keras.Sequential([keras.Input((784,))] + couches)
    model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
    model.fit(x_train, y_train, batch_size=300, epochs=1)
