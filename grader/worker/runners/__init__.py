"""How a student's program is run, by what it is: a script or a notebook."""
