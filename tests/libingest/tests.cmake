# Tests of libingest/, one line a file.
ingest_test(libingest/page_set_test.cpp)
ingest_test(libingest/log_test.cpp LIBS ingest_rapidjson)
