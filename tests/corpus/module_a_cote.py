# quick
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# beside: mes_fonctions.py
# notice: `keras.utils.np_utils`
import keras
import mes_fonctions as mf
X_train, Y_train, X_test, Y_test = mf.charge_mnist(3000)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
model.fit(X_train, Y_train, batch_size=100, epochs=1)
print(model.evaluate(X_test, Y_test))
