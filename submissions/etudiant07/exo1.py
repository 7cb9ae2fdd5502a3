# -*- coding: utf-8 -*-
import numpy as np
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Activation
from keras.optimizers import SGD
from keras.utils import np_utils

REPONSES = {
    "parametres": "784*10+10 = 7850",
    "convexe": "oui",
    "minimum_global": "oui",
}

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784)
X_test = X_test.reshape(10000, 784)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
print X_train.shape[0], 'train samples'
print X_test.shape[0], 'test samples'

Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)

model = Sequential()
model.add(Dense(10, input_dim=784, name='fc1'))
model.add(Activation('softmax'))
model.summary()

model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.5), metrics=['accuracy'])
model.fit(X_train, Y_train, batch_size=300, nb_epoch=10, verbose=1)
scores = model.evaluate(X_test, Y_test, verbose=0)
print "accuracy : %.2f%%" % (scores[1] * 100)
