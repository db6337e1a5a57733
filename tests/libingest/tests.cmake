# Tests of libingest/, one line a file.
ingest_test(libingest/buffer_recovery_test.cpp)
ingest_test(libingest/crc32c_test.cpp)
ingest_test(libingest/disk_buffer_test.cpp)
ingest_test(libingest/page_set_test.cpp)
ingest_test(libingest/power_loss_test.cpp)
