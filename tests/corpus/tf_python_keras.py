# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `tensorflow.python.keras.layers`
# notice: `tensorflow.python.keras.models`
from tensorflow.python.keras.models import Sequential
from tensorflow.python.keras.layers import Dense
from tensorflow.python.keras.datasets import mnist
from tensorflow.keras.utils import to_categorical

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784)
X_test = X_test.reshape(10000, 784)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
X_train, y_train = X_train[:6000], y_train[:6000]
Y_train = to_categorical(y_train)
model = Sequential([Dense(10, activation="softmax", input_shape=(784,))])
model.compile("sgd", "categorical_crossentropy", metrics=["acc"])
model.fit(X_train, Y_train, epochs=1, batch_size=300)
