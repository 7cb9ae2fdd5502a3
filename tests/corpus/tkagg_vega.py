# quick
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `use('TKAgg')`
# notice: `cm.Vega10`
import numpy as np
import matplotlib as mpl
mpl.use('TKAgg')
import matplotlib.pyplot as plt
import matplotlib.cm as cm
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
model = keras.Sequential([keras.layers.Dense(10, input_dim=784), keras.layers.Activation('softmax')])
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=300, epochs=1)
plt.scatter(np.arange(10), model.get_weights()[1], c=np.arange(10), cmap=cm.Vega10)
plt.show()
