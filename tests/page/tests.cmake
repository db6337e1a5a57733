# The service's page in a browser; skipped with a word where Node or Chromium is missing.
add_test(NAME page COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/page/run" "$<TARGET_FILE:ingest_program>" "${CMAKE_BINARY_DIR}/page")
set_tests_properties(page PROPERTIES TIMEOUT 300 SKIP_REGULAR_EXPRESSION "skipped: ")
