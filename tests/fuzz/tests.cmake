# A short run of each fuzz target, which begins with all of its corpus. scripts/fuzz runs them for longer. They are built
# apart, with clang, which is why building them is a test of its own, and not one of the builds with sanitizers.
if(INGEST_SANITIZE)
  return()
endif()
add_test(NAME fuzz.build COMMAND "${CMAKE_SOURCE_DIR}/scripts/fuzz" 0)
set_tests_properties(fuzz.build PROPERTIES
  FIXTURES_SETUP fuzzers LABELS fuzz TIMEOUT 1800 SKIP_RETURN_CODE 77 PROCESSORS 2)
file(GLOB fuzz_corpora RELATIVE "${CMAKE_CURRENT_LIST_DIR}/corpus" CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/corpus/*")
foreach(target IN LISTS fuzz_corpora)
  add_test(NAME fuzz.${target} COMMAND "${CMAKE_SOURCE_DIR}/scripts/fuzz" short ${target})
  set_tests_properties(fuzz.${target} PROPERTIES
    FIXTURES_REQUIRED fuzzers LABELS fuzz TIMEOUT 120 SKIP_RETURN_CODE 77)
endforeach()
