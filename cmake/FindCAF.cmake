# Finds the C++ Actor Framework and defines the target CAF::core, with CAF 1.x also CAF::test, which the tests link.
#
# CAF 1.x installs a CMake package and is taken from there. CAF 0.17, as Debian and Ubuntu ship it, installs none, so
# its header and library are searched for here.
#
#   CAF_FOUND, CAF_VERSION, CAF::core

include(FindPackageHandleStandardArgs)
find_package(CAF CONFIG QUIET COMPONENTS core)
if(TARGET CAF::core AND CAF_VERSION VERSION_LESS 1)
  # 0.18 and 0.19 have the package already, but not the interface of 1.x, nor any longer that of 0.17.
  set(CAF_FITTING_VERSION NOTFOUND)
  find_package_handle_standard_args(CAF REQUIRED_VARS CAF_FITTING_VERSION
    REASON_FAILURE_MESSAGE "CAF ${CAF_VERSION} will not do, 0.17 or 1.x is needed (it is in ${CAF_DIR})")
  return()
elseif(TARGET CAF::core)
  set(CAF_FOUND TRUE)
  if(NOT CAF_FIND_QUIETLY)
    message(STATUS "Found CAF ${CAF_VERSION} (CMake package ${CAF_DIR})")
  endif()
  return()
endif()

find_path(CAF_INCLUDE_DIR caf/actor_system.hpp)
find_library(CAF_CORE_LIBRARY caf_core)
set(CAF_VERSION "")
if(CAF_INCLUDE_DIR)
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" _caf_version_line REGEX "^#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+$" _caf_version "${_caf_version_line}")
  if(_caf_version)
    math(EXPR _caf_major "${_caf_version} / 10000")
    math(EXPR _caf_minor "(${_caf_version} / 100) % 100")
    math(EXPR _caf_patch "${_caf_version} % 100")
    set(CAF_VERSION "${_caf_major}.${_caf_minor}.${_caf_patch}")
  endif()
endif()

find_package_handle_standard_args(CAF REQUIRED_VARS CAF_CORE_LIBRARY CAF_INCLUDE_DIR VERSION_VAR CAF_VERSION
  REASON_FAILURE_MESSAGE "install libcaf-dev (Debian, Ubuntu) or CAF 1.x with its CMake package")

if(CAF_FOUND AND NOT TARGET CAF::core)
  find_package(Threads REQUIRED)
  add_library(CAF::core UNKNOWN IMPORTED)
  set_target_properties(CAF::core PROPERTIES
    IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY)
