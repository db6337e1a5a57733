# Tests of apps/, one line a file.
ingest_test(apps/demo_api_test.cpp)
ingest_test(apps/demo_api_access_test.cpp)
ingest_test(apps/demo_api_faults_test.cpp)
ingest_test(apps/demo_api_events_test.cpp LIBS demo_api_core)
ingest_test(apps/demo_api_parts_test.cpp LIBS demo_api_core)
