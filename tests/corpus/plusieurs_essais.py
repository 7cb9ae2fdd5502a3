# exercise: exo2
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 2
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
resultats = {}
for n in (20, 50, 100, 200):
    m = keras.Sequential([keras.Input((784,)), keras.layers.Dense(n, activation='sigmoid'), keras.layers.Dense(10, activation='softmax')])
    m.compile(keras.optimizers.SGD(0.5), 'categorical_crossentropy', metrics=['accuracy'])
    m.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
    resultats[n] = m.evaluate(x_test, y_test, verbose=0)
print(resultats)
