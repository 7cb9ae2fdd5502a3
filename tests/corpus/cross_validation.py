# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# notice: `sklearn.cross_validation`
import keras
from sklearn.cross_validation import train_test_split
(X, y), (X_test, y_test) = keras.datasets.mnist.load_data()
X = X[:4000].reshape(-1, 784) / 255.
X_train, X_val, y_train, y_val = train_test_split(X, y[:4000], test_size=0.25, random_state=0)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, validation_data=(X_val, y_val), batch_size=100, epochs=1)
