# What `cmake --install` installs, in two components: `app` is the program, `development` is what other programs are
# built with. demo_api stays: it stands in for a server in tests and demos.
include(CMakePackageConfigHelpers)

install(TARGETS ingest_program COMPONENT app)
# Debian wants the license under this name.
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/ingest" RENAME copyright COMPONENT app)
install(FILES CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/ingest" COMPONENT app)
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/ingest/docs" COMPONENT app
  FILES_MATCHING PATTERN "*.md" PATTERN "operations/*" PATTERN guide.md EXCLUDE PATTERN api_reference.md EXCLUDE PATTERN examples EXCLUDE)

# The manual page and what completes a shell's command lines, as the program itself prints them.
set(from_program "${PROJECT_BINARY_DIR}/from_program")
install(FILES "${from_program}/ingest.1.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT app)
install(FILES "${from_program}/ingest" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT app)
install(FILES "${from_program}/_ingest" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" COMPONENT app)
install(FILES "${from_program}/ingest.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT app)

# The service, by the place of the program. systemd looks into lib/systemd/system of /usr and of /usr/local; its
# configuration is in /etc only where the prefix is /usr, as in the package.
install(CODE "
  set(INGEST_BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  configure_file(\"${PROJECT_SOURCE_DIR}/packaging/ingest.service.in\" \"${PROJECT_BINARY_DIR}/ingest.service\" @ONLY)
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    file(INSTALL \"${PROJECT_SOURCE_DIR}/packaging/shop.yaml.example\" DESTINATION /etc/ingest/pipelines.d)
    file(INSTALL \"${PROJECT_SOURCE_DIR}/packaging/ingest.env\" DESTINATION /etc/ingest PERMISSIONS OWNER_READ OWNER_WRITE)
  endif()" COMPONENT app)
install(FILES "${PROJECT_BINARY_DIR}/ingest.service" DESTINATION lib/systemd/system COMPONENT app)

foreach(library ingest ingest_actors)
  install(TARGETS ${library} EXPORT ${library} COMPONENT development)
endforeach()
# Libraries that were not found among the system's, CAF 1.x for one, are where they were found.
set_target_properties(ingest_program ingest_actors PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
if(BUILD_SHARED_LIBS) # found by each other wherever the prefix is
  file(RELATIVE_PATH libraries_from_program "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(ingest_program PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries_from_program}")
  set_target_properties(ingest_actors PROPERTIES INSTALL_RPATH "$ORIGIN")
endif()
# Everything below include/ is public, and nothing else is.
install(DIRECTORY libingest/include/ actors/include/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
  FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/libingest-dev" RENAME copyright COMPONENT development)
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/libingest-dev" COMPONENT development
  FILES_MATCHING PATTERN "guide.md" PATTERN "examples/*" PATTERN "examples/check" EXCLUDE)

# find_package(ingest). A set of targets for each component, because who asks for `ingest` only need not have CAF.
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ingest")
foreach(library ingest ingest_actors)
  install(EXPORT ${library} NAMESPACE ingest:: FILE ${library}_targets.cmake
    DESTINATION "${config_dir}" COMPONENT development)
endforeach()
configure_package_config_file(cmake/ingestConfig.cmake.in "${PROJECT_BINARY_DIR}/ingestConfig.cmake"
  INSTALL_DESTINATION "${config_dir}")
# Before 1.0, a new minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ingestConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/ingestConfig.cmake" "${PROJECT_BINARY_DIR}/ingestConfigVersion.cmake"
    cmake/FindCAF.cmake cmake/FindISAL.cmake cmake/FindLibZip.cmake cmake/FindPCRE2.cmake cmake/FindYaml.cmake
    cmake/FindZstd.cmake
  DESTINATION "${config_dir}" COMPONENT development)

# pkg-config. A static library says what has to be linked with it. Not by `Requires`: what Debian's libcurl.pc and
# libpq.pc name for `--static` are static libraries that are not needed, and mostly not installed.
if(NOT BUILD_SHARED_LIBS)
  set(ingest_link_line "-lpq -lcurl -lisal -lspdlog")
  if(TARGET fmt::fmt) # spdlog's own copy otherwise
    string(APPEND ingest_link_line " -lfmt")
  endif()
  string(APPEND ingest_link_line " -lcrypto -lexpat -lpcre2-8 -lyaml -lzip -lz -lzstd")
  set(actors_link_line "-lcaf_core")
endif()
# Relative, so that the installed tree may be moved: packages are built with one prefix and unpacked to another.
file(RELATIVE_PATH prefix_from_pc "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
foreach(pc ingest ingest-actors)
  configure_file(cmake/${pc}.pc.in "${PROJECT_BINARY_DIR}/${pc}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${pc}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endforeach()
