# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# notice: keras.wrappers.scikit_learn
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
from keras.wrappers.scikit_learn import KerasClassifier
def construire():
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
    model.compile(keras.optimizers.SGD(0.5), 'categorical_crossentropy', metrics=['accuracy'])
    return model
classeur = KerasClassifier(build_fn=construire, epochs=2, batch_size=300, verbose=0)
classeur.fit(x_train, y_train)
print(classeur.score(x_test, y_test))
