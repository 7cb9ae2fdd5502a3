# exercise: exo0
# quick
# expect: runs = passed 2
# notice: never shows it
import keras
import matplotlib.pyplot as plt
(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()
X_train = X_train.reshape(60000, 784) / 255
for i in range(20):
    plt.subplot(4, 5, i + 1)
    plt.imshow(X_train[i].reshape(28, 28), cmap='gray')
