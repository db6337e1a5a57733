# What operators get beside the program: alerts, dashboard, image, chart, unit; each skipped with a word where its tool is
# missing.
foreach(step alerts metrics compose chart unit manual completions)
  add_test(NAME operations.${step}
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/operations/check" ${step} "$<TARGET_FILE:ingest_program>" "${CMAKE_BINARY_DIR}/operations")
  set_tests_properties(operations.${step} PROPERTIES LABELS operations TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
# All that two pages tell people to type.
add_test(NAME operations.commands
  COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/operations/commands" "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "${CMAKE_BINARY_DIR}/operations/commands")
set_tests_properties(operations.commands PROPERTIES LABELS operations TIMEOUT 600 SKIP_RETURN_CODE 77)
