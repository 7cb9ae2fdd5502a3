# exercise: exo1
# expect: runs = passed 1
# expect: architecture = failed 0
# notice: `Conv2D(4, 5, 5)`
# notice: `Conv2D(border_mode=…)`
# je me suis trompé d'exercice, c'est un CNN
import keras
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.layers.core import Dense, Flatten, Dropout
from keras.models import Sequential
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x = x[:600].reshape(-1, 28, 28, 1) / 255
model = Sequential()
model.add(Convolution2D(4, 5, 5, border_mode='same', input_shape=(28, 28, 1), activation='relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(p=0.25))
model.add(Flatten())
model.add(Dense(10, activation='softmax'))
model.compile('sgd', 'sparse_categorical_crossentropy')
model.fit(x, y[:600], epochs=1, batch_size=60)
