# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# notice: get_ipython().run_line_magic
# notice: get_ipython().system
# notice: `display(…)`
get_ipython().run_line_magic('matplotlib', 'inline')
get_ipython().system('pip install keras')
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
# In[3]:
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy')
model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
display(model.count_params())
