# %%
# exercise: exo1
# expect: runs = passed 1
# expect: architecture = passed 4
# expect: parameters = passed 3
import keras
def main():
    (x, y), _ = keras.datasets.mnist.load_data()
    m = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation='softmax')])
    m.compile('sgd', 'sparse_categorical_crossentropy')
    m.fit(x[:2000] / 255, y[:2000], epochs=1)

# %%
main()
