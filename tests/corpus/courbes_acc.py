# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `history['acc']`
# notice: `history['val_acc']`
import keras
import matplotlib.pyplot as plt
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.layers.Dense(10, input_dim=784, activation='softmax')])
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
history = model.fit(x_train, y_train, validation_split=0.1, epochs=2, batch_size=300, verbose=0)
plt.plot(history.history['acc'])
plt.plot(history.history['val_acc'])
plt.title('model accuracy')
plt.legend(['train', 'test'], loc='upper left')
plt.show()
