# Tests of libingest/, one line a file.
ingest_test(libingest/page_set_test.cpp)
