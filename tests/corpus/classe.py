# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
import keras


class Regression:
    def __init__(self, n=10):
        self.model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(n, activation="softmax")])
        self.model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def apprendre(self, x, y):
        return self.model.fit(x, y, epochs=1, batch_size=300)


(x, y), _ = keras.datasets.mnist.load_data()
Regression().apprendre(x[:6000].reshape(-1, 784) / 255, y[:6000])
