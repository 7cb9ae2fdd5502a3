from keras.datasets import mnist
from keras.utils import np_utils


def charge_mnist(n):
    (X_train, y_train), (X_test, y_test) = mnist.load_data()
    X_train = X_train[:n].reshape(n, 784).astype('float32') / 255
    X_test = X_test.reshape(10000, 784).astype('float32') / 255
    return X_train, np_utils.to_categorical(y_train[:n], 10), X_test, np_utils.to_categorical(y_test, 10)
