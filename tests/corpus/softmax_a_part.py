# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# expect: training = passed 3
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential()
model.add(keras.Input(shape=(784,)))
model.add(keras.layers.Dense(10, name="fc1"))
model.add(keras.layers.Softmax())
model.compile(loss=keras.losses.CategoricalCrossentropy(), optimizer=keras.optimizers.SGD(0.5), metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=100, epochs=10, verbose=0)
