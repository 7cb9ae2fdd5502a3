# exercise: exo1
# quick
# expect: runs = failed 0
# told: runs = `tf.contrib` was removed
import tensorflow as tf
couche = tf.contrib.layers.fully_connected
