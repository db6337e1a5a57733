# Tests of apps/, one line a file.
