# Tests of libingest/, one line a file.
ingest_test(libingest/page_set_test.cpp)
ingest_test(libingest/copy_rows_test.cpp)
target_include_directories(test.libingest.copy_rows PRIVATE "${CMAKE_SOURCE_DIR}/libingest/src")
ingest_test(libingest/postgres_duplicates_test.cpp)
ingest_test(libingest/postgres_rejects_test.cpp)
ingest_test(libingest/postgres_sink_test.cpp)
ingest_test(libingest/postgres_outage_test.cpp)
ingest_test(libingest/postgres_target_test.cpp)
