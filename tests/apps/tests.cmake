# Tests of apps/, one line a file.
ingest_test(apps/progress_test.cpp LIBS ingest_app)
ingest_test(apps/report_test.cpp LIBS ingest_app ingest_rapidjson)
