# Finds cpp-httplib and defines httplib::httplib.
#
# The library must be used with the support macros it was built with, because they change the layout of its classes. Its
# own CMake package says them; Debian's and Ubuntu's builds say them in their pkg-config file only.
find_package(httplib CONFIG QUIET GLOBAL)
include(FindPackageHandleStandardArgs)
if(TARGET httplib::httplib)
  set(cpp-httplib_FOUND TRUE)
  return()
endif()

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(PC_HTTPLIB QUIET cpp-httplib)
endif()
find_path(HTTPLIB_INCLUDE_DIR httplib.h HINTS ${PC_HTTPLIB_INCLUDE_DIRS})
find_library(HTTPLIB_LIBRARY cpp-httplib HINTS ${PC_HTTPLIB_LIBRARY_DIRS})
find_package_handle_standard_args(cpp-httplib
  REQUIRED_VARS HTTPLIB_LIBRARY HTTPLIB_INCLUDE_DIR PC_HTTPLIB_FOUND VERSION_VAR PC_HTTPLIB_VERSION
  REASON_FAILURE_MESSAGE "install libcpp-httplib-dev and pkg-config")

if(cpp-httplib_FOUND AND NOT TARGET httplib::httplib)
  add_library(httplib::httplib UNKNOWN IMPORTED GLOBAL)
  set_target_properties(httplib::httplib PROPERTIES
    IMPORTED_LOCATION "${HTTPLIB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${HTTPLIB_INCLUDE_DIR}"
    INTERFACE_COMPILE_OPTIONS "${PC_HTTPLIB_CFLAGS_OTHER}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
mark_as_advanced(HTTPLIB_INCLUDE_DIR HTTPLIB_LIBRARY)
