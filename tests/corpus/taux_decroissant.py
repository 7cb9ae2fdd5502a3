# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `SGD(decay=…)`
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile(loss='categorical_crossentropy', optimizer=keras.optimizers.SGD(lr=0.5, decay=1e-6, momentum=0.9, nesterov=True), metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=300, epochs=1)
