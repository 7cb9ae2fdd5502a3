# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# notice: monitor='val_acc'
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
from keras.callbacks import EarlyStopping, ModelCheckpoint
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
arrets = [EarlyStopping(monitor='val_acc', patience=3), ModelCheckpoint('poids.{epoch:02d}-{val_acc:.2f}.hdf5', monitor='val_acc')]
history = model.fit(x_train, y_train, batch_size=300, epochs=2, validation_split=0.2, callbacks=arrets, verbose=0)
