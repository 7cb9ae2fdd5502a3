# exercise: exo1
# expect: runs = passed 1
# expect: parameters = passed 3
# notice: ImageDataGenerator
import keras
from keras.preprocessing.image import ImageDataGenerator
(x, y), _ = keras.datasets.mnist.load_data()
x = x[:1000].reshape(-1, 28, 28, 1).astype('float32') / 255
y = keras.utils.to_categorical(y[:1000], 10)
datagen = ImageDataGenerator(rotation_range=10)
model = keras.Sequential([keras.layers.Flatten(input_shape=(28, 28, 1)), keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
model.fit(datagen.flow(x, y, batch_size=100), epochs=1)
