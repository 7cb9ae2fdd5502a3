# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
for epoque in range(2):
    for i in range(0, 6000, 300):
        model.train_on_batch(x_train[i:i + 300], y_train[i:i + 300])
