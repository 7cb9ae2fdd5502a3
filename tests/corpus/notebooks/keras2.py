# %%
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `keras.utils.np_utils`
# notice: `SGD(lr=…)`
# notice: `fit(nb_epoch=…)`
from keras.utils import np_utils
from keras.datasets import mnist
from keras.optimizers import SGD
from keras.layers import Dense, Activation
from keras.models import Sequential

# %%
(X, y), _ = mnist.load_data()
X = X[:3000].reshape(3000, 784) / 255.
Y = np_utils.to_categorical(y[:3000], 10)

# %%
model = Sequential()
model.add(Dense(10, input_dim=784))
model.add(Activation('softmax'))

# %%
model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.5), metrics=['accuracy'])
model.fit(X, Y, nb_epoch=1, batch_size=100)
