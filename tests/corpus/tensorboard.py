# quick
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `TensorBoard(batch_size=…)`
import keras
from keras.datasets import mnist
from keras.callbacks import TensorBoard
from keras.models import Sequential
from keras.layers import Dense, Activation

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784)
X_test = X_test.reshape(10000, 784)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
X_train, y_train = X_train[:6000], y_train[:6000]
Y_train = keras.utils.to_categorical(y_train, 10)
Y_test = keras.utils.to_categorical(y_test, 10)
model = Sequential()
model.add(Dense(10, input_dim=784))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
tensorboard = TensorBoard(log_dir="_mnist", batch_size=100, histogram_freq=2, write_graph=False, write_images=True, write_grads=True)
model.fit(X_train, Y_train, batch_size=300, epochs=1, validation_data=(X_test, Y_test), callbacks=[tensorboard])
