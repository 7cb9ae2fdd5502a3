# %%
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: np.load(
import numpy as np, keras
with np.load('/content/gdrive/MyDrive/mnist.npz') as d:
    x_train, y_train = d['x_train'], d['y_train']

# %%
x_train = x_train[:2000].reshape(-1, 784) / 255
y_train = keras.utils.to_categorical(y_train[:2000])

# %%
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])

# %%
model.compile(keras.optimizers.SGD(0.5), 'categorical_crossentropy', metrics=['accuracy'])

# %%
model.fit(x_train, y_train, batch_size=100, epochs=2)
