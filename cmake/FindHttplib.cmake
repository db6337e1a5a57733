# Finds cpp-httplib as Debian builds it, a library with the macros that its header was compiled with, and defines
# Httplib::httplib.
find_package(PkgConfig REQUIRED QUIET)
pkg_check_modules(HTTPLIB QUIET IMPORTED_TARGET GLOBAL cpp-httplib)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Httplib REQUIRED_VARS HTTPLIB_LIBRARIES VERSION_VAR HTTPLIB_VERSION
  REASON_FAILURE_MESSAGE "install libcpp-httplib-dev")
if(Httplib_FOUND AND NOT TARGET Httplib::httplib)
  add_library(Httplib::httplib ALIAS PkgConfig::HTTPLIB)
endif()
