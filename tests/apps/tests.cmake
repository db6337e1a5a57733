# Tests of apps/, one line a file.
ingest_test(apps/progress_test.cpp LIBS ingest_app)
ingest_test(apps/report_test.cpp LIBS ingest_app ingest_rapidjson)
ingest_test(apps/command_line_test.cpp)
ingest_test(apps/signals_test.cpp LIBS ingest_app)
ingest_test(apps/status_command_test.cpp LIBS ingest_app ingest_rapidjson)
