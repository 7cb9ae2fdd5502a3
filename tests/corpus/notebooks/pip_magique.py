# %%
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# notice: `%pip install
%pip install -q keras
%matplotlib inline
import keras

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy')
model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
