# Tests of libingest/, one line a file.
ingest_test(libingest/crc32c_test.cpp)
ingest_test(libingest/disk_buffer_test.cpp)
ingest_test(libingest/page_set_test.cpp)
ingest_test(libingest/log_test.cpp LIBS ingest_rapidjson)
ingest_test(libingest/env_file_test.cpp)
ingest_test(libingest/config_file_test.cpp)
ingest_test(libingest/settings_test.cpp)
ingest_test(libingest/settings_help_test.cpp)
