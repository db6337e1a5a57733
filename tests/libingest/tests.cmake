# Tests of libingest/, one line a file.
ingest_test(libingest/page_set_test.cpp)
ingest_test(libingest/log_test.cpp LIBS ingest_rapidjson)
ingest_test(libingest/json_pointer_test.cpp)
ingest_test(libingest/page_parser_test.cpp LIBS ingest_rapidjson)
ingest_test(libingest/rate_limit_test.cpp)
ingest_test(libingest/retry_test.cpp)
ingest_test(libingest/row_encoder_test.cpp)
ingest_test(libingest/time_window_test.cpp)
