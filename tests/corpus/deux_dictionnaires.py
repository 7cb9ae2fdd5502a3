# exercise: exo2
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: answer.parametres = passed 2
# expect: answer.convexe = passed 1.5
# notice: 1 other model; the one that is judged
import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:6000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:6000])
y_test = keras.utils.to_categorical(y_test)
#####################  EXERCICE 1  #####################
REPONSES = {"parametres": "784 * 10 + 10", "convexe": "oui", "minimum_global": "oui"}
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy')
model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
#####################  EXERCICE 2  #####################
REPONSES = {"parametres": "784*100 + 100 + 100*10 + 10 = 79510", "convexe": "non", "minimum_global": "non"}
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(100, activation='sigmoid'), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy')
model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
