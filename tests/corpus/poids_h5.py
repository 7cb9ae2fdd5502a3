# exercise: exo2
# expect: runs = passed 1
# expect: architecture = passed 4
# notice: `save_weights('poids.h5')`
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
def reseau():
    model = keras.Sequential()
    model.add(keras.layers.Dense(100, input_dim=784, activation='sigmoid'))
    model.add(keras.layers.Dense(10, activation='softmax'))
    model.compile(keras.optimizers.SGD(0.5), 'categorical_crossentropy', metrics=['accuracy'])
    return model

m = reseau()
m.fit(x_train, y_train, batch_size=300, epochs=1)
m.save_weights('poids.h5')
n = reseau()
n.load_weights('poids.h5')
assert (n.get_weights()[0] == m.get_weights()[0]).all()
