# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `tf.set_random_seed`
# notice: `tf.Session`
# notice: `tf.ConfigProto`
import tensorflow as tf
import numpy as np
import keras
import keras.backend as K
np.random.seed(1)
tf.set_random_seed(1)
config = tf.ConfigProto()
config.gpu_options.allow_growth = True
K.set_session(tf.Session(config=config))
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.models.Sequential()
model.add(keras.layers.Dense(10, input_shape=(784,), activation=tf.nn.softmax))
model.compile(optimizer='sgd', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=1, batch_size=300)
print(K.get_value(model.optimizer.lr))
