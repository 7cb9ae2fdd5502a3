# exercise: exo2
# expect: runs = passed 1
# expect: saved_model = failed 0
# told: saved_model = does not predict like the trained model
# told: saved_model = saved before it was trained
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(100, activation='sigmoid'), keras.layers.Dense(10, activation='softmax')])
model.compile(keras.optimizers.SGD(0.5), 'categorical_crossentropy', metrics=['accuracy'])
model.save('exo2.keras')
model.fit(x_train, y_train, batch_size=100, epochs=2)
