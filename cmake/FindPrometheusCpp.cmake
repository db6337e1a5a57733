# Finds the core of prometheus-cpp, its data model and text format, and defines PrometheusCpp::core. The CMake package
# that it brings wants its HTTP server's library, too.
find_path(PROMETHEUS_CPP_INCLUDE_DIR prometheus/text_serializer.h)
find_library(PROMETHEUS_CPP_CORE_LIBRARY prometheus-cpp-core)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PrometheusCpp REQUIRED_VARS PROMETHEUS_CPP_CORE_LIBRARY PROMETHEUS_CPP_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install prometheus-cpp-dev")
if(PrometheusCpp_FOUND AND NOT TARGET PrometheusCpp::core)
  add_library(PrometheusCpp::core UNKNOWN IMPORTED)
  set_target_properties(PrometheusCpp::core PROPERTIES
    IMPORTED_LOCATION "${PROMETHEUS_CPP_CORE_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${PROMETHEUS_CPP_INCLUDE_DIR}")
endif()
mark_as_advanced(PROMETHEUS_CPP_INCLUDE_DIR PROMETHEUS_CPP_CORE_LIBRARY)
