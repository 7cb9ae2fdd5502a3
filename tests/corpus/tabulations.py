# exercise: exo1
# expect: runs = failed 0
# told: runs = tabs and spaces
import keras
def f(x):
	if x:
        return 1
	return 2
