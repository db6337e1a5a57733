# Tests of what the tests stand on.
ingest_test(support/child_process_test.cpp)
