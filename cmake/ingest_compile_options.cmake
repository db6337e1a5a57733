# Compiler flags of the project's own code. Targets link ingest_compile_options privately, so that the flags reach
# nobody who embeds the libraries; only the sanitizers are global, because they must cover every object of a program.
add_library(ingest_compile_options INTERFACE)
target_compile_options(ingest_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference
  # GCC 12 sees overlapping copies in `"literal" + std::string` (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # In a unity build a local name may well be that of a function in another file, and no file is the main file.
  $<$<BOOL:${INGEST_UNITY_BUILD}>:-Wno-shadow>
  $<$<AND:$<BOOL:${INGEST_UNITY_BUILD}>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>
  $<$<BOOL:${INGEST_WARNINGS_AS_ERRORS}>:-Werror>)

if(INGEST_SANITIZE)
  # Otherwise undefined behaviour would be reported, and the test go on and pass.
  add_compile_options(-fsanitize=${INGEST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${INGEST_SANITIZE})
  # GCC 12 takes instrumented std::variant and std::string for uninitialized, and their pointers for null.
  target_compile_options(ingest_compile_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-null-dereference>)
  if(INGEST_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost.Asio has fences, which the sanitizer does not see. It is used in one thread.
    target_compile_options(ingest_compile_options INTERFACE -Wno-tsan)
  endif()
endif()

# RapidJSON's package defines no target in Debian. Its headers warn under our flags, hence SYSTEM.
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
add_library(ingest_rapidjson INTERFACE)
target_include_directories(ingest_rapidjson SYSTEM INTERFACE "${RAPIDJSON_INCLUDE_DIR}")
target_compile_definitions(ingest_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)
