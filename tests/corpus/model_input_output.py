# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `Model(input=…)`
import keras
from keras.models import Model
from keras.layers import Input, Dense
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
entree = Input(shape=(784,))
sortie = Dense(10, activation='softmax')(entree)
model = Model(input=entree, output=sortie)
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=300, epochs=1)
