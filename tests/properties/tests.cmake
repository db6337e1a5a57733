# Properties that hold for all inputs, tried on random ones and shrunk where they fail, one line a file.
find_package(rapidcheck REQUIRED)

ingest_test(properties/record_lines_test.cpp LIBS rapidcheck PostgreSQL::PostgreSQL LABELS property INTERNAL)
ingest_test(properties/credit_test.cpp LIBS rapidcheck ingest_actors_test_support LABELS property)
ingest_test(properties/disk_buffer_test.cpp LIBS rapidcheck LABELS property INTERNAL)
ingest_test(properties/lost_cursors_test.cpp LIBS rapidcheck LABELS property)
ingest_test(properties/page_set_test.cpp LIBS rapidcheck LABELS property INTERNAL)
ingest_test(properties/parquet_test.cpp LIBS rapidcheck LABELS property)
ingest_test(properties/range_queue_test.cpp LIBS rapidcheck ingest_actors_test_support LABELS property)
ingest_test(properties/retry_test.cpp LIBS rapidcheck ingest_actors_test_support LABELS property)
ingest_test(properties/run_state_test.cpp LIBS rapidcheck LABELS property INTERNAL)

set_tests_properties(properties.parquet PROPERTIES DEPENDS parquet_reader SKIP_REGULAR_EXPRESSION "skipped: ")
