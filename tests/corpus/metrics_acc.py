# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.layers.Dense(10, input_dim=784, activation='softmax')])
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['acc'])
h = model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=1, batch_size=300, verbose=2)
print(h.history['acc'], h.history['val_acc'])
