# quick
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# expect: training = passed 3
import keras
from keras import layers


def charger():
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    prep = lambda x: x.reshape(len(x), 784).astype('float32') / 255
    return prep(x_train[:6000]), y_train[:6000], prep(x_test), y_test


def main():
    x, y, xt, yt = charger()
    net = keras.Sequential([layers.Dense(10, activation='softmax')])
    net.compile(optimizer=keras.optimizers.SGD(0.5), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    net.fit(x, y, batch_size=100, epochs=10, verbose=0)
    print('précision', net.evaluate(xt, yt, verbose=0)[1])


if __name__ == '__main__':
    main()
