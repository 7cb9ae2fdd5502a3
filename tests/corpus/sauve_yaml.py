# quick
# exercise: exo2
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: saved_model = passed 2
# notice: `model.to_yaml()`
# notice: `save_weights(
from keras.datasets import mnist
from keras.utils import np_utils
from keras.models import Sequential, model_from_yaml
from keras.layers.core import Dense, Activation
from keras.optimizers import SGD


def saveModel(model, savename):
    # serialize model to YAML
    model_yaml = model.to_yaml()
    with open(savename + ".yaml", "w") as yaml_file:
        yaml_file.write(model_yaml)
        print("Yaml Model ", savename, ".yaml saved to disk")
    # serialize weights to HDF5
    model.save_weights(savename + ".h5")


def loadModel(savename):
    with open(savename + ".yaml", "r") as yaml_file:
        model = model_from_yaml(yaml_file.read())
    model.load_weights(savename + ".h5")
    return model


(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784)
X_test = X_test.reshape(10000, 784)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
X_train, y_train = X_train[:6000], y_train[:6000]
Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)
model = Sequential()
model.add(Dense(100, input_dim=784, name='fc1'))
model.add(Activation('sigmoid'))
model.add(Dense(10, name='fc2'))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer=SGD(0.5), metrics=['accuracy'])
model.fit(X_train, Y_train, batch_size=300, epochs=2, verbose=1)
saveModel(model, "MLP")
relu = loadModel("MLP")
relu.compile(loss='categorical_crossentropy', optimizer=SGD(0.5), metrics=['accuracy'])
print(relu.evaluate(X_test, Y_test, verbose=0))
