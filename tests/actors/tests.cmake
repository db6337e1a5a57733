# Tests of actors/, one line a file.
