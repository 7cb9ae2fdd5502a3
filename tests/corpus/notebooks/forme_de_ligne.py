# %%
# exercise: exo1
# expect: runs = failed 0
# told: runs = cell 3, line 3
# told: runs = reshape the images
import keras
(x, y), _ = keras.datasets.mnist.load_data()

# %%
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])

# %%
model.compile('sgd', 'sparse_categorical_crossentropy')

model.fit(x[:500], y[:500], epochs=1)
