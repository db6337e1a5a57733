# What is installed and packaged, seen from outside: nothing of this tree but the installed files is used.
# Who links a sanitized library must be sanitized as well, so those builds are not installed.
if(NOT INGEST_SANITIZE)
  set(steps install caf_version examples headers components pkg_config readme)
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND steps debian)
  endif()
  foreach(step IN LISTS steps)
    add_test(NAME package.${step}
      COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/package/check" ${step} "${CMAKE_BINARY_DIR}" "${PROJECT_VERSION}")
    set_tests_properties(package.${step} PROPERTIES LABELS package TIMEOUT 600 PROCESSORS 2
      FIXTURES_REQUIRED installed SKIP_RETURN_CODE 77
      ENVIRONMENT "CXX=${CMAKE_CXX_COMPILER};CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}")
  endforeach()
  set_tests_properties(package.install PROPERTIES FIXTURES_REQUIRED "" FIXTURES_SETUP installed)
endif()
