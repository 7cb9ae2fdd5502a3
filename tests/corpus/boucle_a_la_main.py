# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
import tensorflow as tf
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
opt = keras.optimizers.SGD(0.5)
for i in range(0, 3000, 300):
    with tf.GradientTape() as tape:
        p = model(x_train[i:i + 300])
        cout = tf.reduce_mean(keras.losses.categorical_crossentropy(y_train[i:i + 300], p))
    g = tape.gradient(cout, model.trainable_variables)
    opt.apply_gradients(zip(g, model.trainable_variables))
print(float(cout))
