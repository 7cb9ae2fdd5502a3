# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `Dense(init=…)`
# notice: `Dense(output_dim=…)`
from keras.datasets import mnist
from keras.utils.np_utils import to_categorical
from keras.models import Sequential
from keras.layers.core import Dense
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784)
X_test = X_test.reshape(10000, 784)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
X_train, y_train = X_train[:6000], y_train[:6000]
model = Sequential()
model.add(Dense(output_dim=10, input_dim=784, init='uniform', activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
model.fit(X_train, to_categorical(y_train), batch_size=300, nb_epoch=1)
print(model.predict_classes(X_test)[:10], y_test[:10])
