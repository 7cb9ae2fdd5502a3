# %%
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
# beside: mes_fonctions.py
# notice: Google Colab
from google.colab import files
uploaded = files.upload()
for fn in uploaded.keys():
    print(fn, len(uploaded[fn]))

# %%
import sys
sys.path.append('/content/drive/MyDrive')
import mes_fonctions

# %%
import keras
x_train, y_train, x_test, y_test = mes_fonctions.charge_mnist(2000)

# %%
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation='softmax')])

# %%
model.compile(keras.optimizers.SGD(0.5), 'categorical_crossentropy', metrics=['accuracy'])

# %%
model.fit(x_train, y_train, batch_size=100, epochs=2)
