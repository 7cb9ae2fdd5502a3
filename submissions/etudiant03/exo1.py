import numpy as np
import matplotlib as mpl
mpl.use('TKAgg')
import matplotlib.pyplot as plt
import matplotlib.cm as cm
import keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Activation
from keras.optimizers import SGD
from keras.utils import to_categorical

REPONSES = {
    "parametres": "784*10 + 10",
    "convexe": "convexe",
    "minimum_global": "Oui",
}

# chargement de la base
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784)
X_test = X_test.reshape(10000, 784)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
K = 10
Y_train = to_categorical(y_train, K)
Y_test = to_categorical(y_test, K)

# modele
model = Sequential()
model.add(Dense(10, input_dim=784, name='fc1'))
model.add(Activation('softmax'))
model.summary()

learning_rate = 0.5
sgd = SGD(learning_rate)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])
batch_size = 300
nb_epoch = 10
model.fit(X_train, Y_train, batch_size=batch_size, epochs=nb_epoch, verbose=1)

scores = model.evaluate(X_test, Y_test, verbose=0)
print("%s: %.2f%%" % ("accuracy", scores[1]*100))

# les poids de chaque classe, une couleur par classe
W = model.get_weights()[0]
for c in range(10):
    plt.subplot(2, 5, c + 1)
    plt.imshow(W[:, c].reshape(28, 28), cmap=cm.Vega10)
plt.show()
