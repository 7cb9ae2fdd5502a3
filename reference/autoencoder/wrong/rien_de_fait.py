"""Les données sont préparées, le reste manque, les réponses aussi."""

# expect: runs = failed 0
# expect: parameters = failed 0
# expect: architecture = failed 0
# expect: shared_encoder = failed 0
# expect: training = failed 0
# expect: latent = failed 0
# expect: svm = failed 0
# expect: answer.pourquoi = failed 0
# expect: answer.parametre = failed 0

import keras

REPONSES = {
    "pourquoi": None,
    "parametre": None,
}

(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255
Y_train = keras.utils.to_categorical(y_train, 10)
print(X_train.shape, X_test.shape, Y_train.shape)
