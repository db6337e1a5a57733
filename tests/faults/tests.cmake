# Faults that are really made, and the runs after them: docs/reliability.md. One line a file.
add_library(ingest_fault_support STATIC
  faults/faulty_run.cpp
  faults/small_disk.cpp
  faults/strace.cpp
  faults/traced_disk.cpp
)
target_include_directories(ingest_fault_support PRIVATE "${CMAKE_SOURCE_DIR}/libingest/src")
target_link_libraries(ingest_fault_support PUBLIC ingest_test_support ingest_rapidjson PRIVATE ingest_compile_options)

ingest_test(faults/certificates_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 120)
ingest_test(faults/connections_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 300 INTERNAL)
ingest_test(faults/connectors_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 600)
ingest_test(faults/finalize_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 120)
ingest_test(faults/full_disk_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 300 INTERNAL)
ingest_test(faults/kills_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 300 INTERNAL)
ingest_test(faults/power_loss_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 300)
ingest_test(faults/rejects_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 600 INTERNAL)
ingest_test(faults/process_limits_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 300)
add_library(short_writes MODULE faults/short_writes.cpp)
target_compile_definitions(test.faults.process_limits PRIVATE INGEST_SHORT_WRITES="$<TARGET_FILE:short_writes>")
add_dependencies(test.faults.process_limits short_writes)
ingest_test(faults/system_call_errors_test.cpp LIBS ingest_fault_support LABELS faults TIMEOUT 300)

# Tests of an executable run all or none where something is missing, so that "skipped" never hides a failure.
set_tests_properties(faults.full_disk faults.kills faults.power_loss faults.system_call_errors PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")

# What scripts/soak runs.
add_library(ingest_service_soak STATIC soak/changing_api.cpp soak/service_soak.cpp)
target_link_libraries(ingest_service_soak PUBLIC ingest_test_support PRIVATE ingest_compile_options)
add_executable(soak soak/soak.cpp soak/soak_run.cpp)
set_target_properties(soak PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
target_link_libraries(soak PRIVATE ingest_compile_options ingest_fault_support ingest_service_soak CLI11::CLI11)
