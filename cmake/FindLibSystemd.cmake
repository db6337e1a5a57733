# Finds libsystemd and defines LibSystemd::systemd. Debian's package brings no CMake package.
find_path(LIBSYSTEMD_INCLUDE_DIR systemd/sd-daemon.h)
find_library(LIBSYSTEMD_LIBRARY systemd)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibSystemd REQUIRED_VARS LIBSYSTEMD_LIBRARY LIBSYSTEMD_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libsystemd-dev")
if(LibSystemd_FOUND AND NOT TARGET LibSystemd::systemd)
  add_library(LibSystemd::systemd UNKNOWN IMPORTED)
  set_target_properties(LibSystemd::systemd PROPERTIES
    IMPORTED_LOCATION "${LIBSYSTEMD_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${LIBSYSTEMD_INCLUDE_DIR}")
endif()
mark_as_advanced(LIBSYSTEMD_INCLUDE_DIR LIBSYSTEMD_LIBRARY)
