# Debian packages, made by scripts/package: `ingest` is the program, `libingest-dev` the static libraries with what
# building against them takes. With shared libraries there are none: the program would need a third one.
if(BUILD_SHARED_LIBS)
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "exactly-once event ingestion into PostgreSQL")
set(CPACK_PACKAGE_CONTACT "the ingest authors <ingest@localhost>")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_COMPONENTS_ALL app development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_APP_PACKAGE_NAME ingest)
set(CPACK_DEBIAN_APP_PACKAGE_SECTION database)
set(CPACK_DEBIAN_APP_PACKAGE_SHLIBDEPS ON)
# The time zones of schedules: no library, so CPack does not find out.
set(CPACK_DEBIAN_APP_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_APP_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_APP_PACKAGE_SUGGESTS postgresql)
set(CPACK_DEBIAN_APP_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts_of_dpkg conffiles postinst prerm postrm)
list(TRANSFORM scripts_of_dpkg PREPEND "${PROJECT_SOURCE_DIR}/packaging/debian/")
set(CPACK_DEBIAN_APP_PACKAGE_CONTROL_EXTRA "${scripts_of_dpkg}")
set(CPACK_COMPONENT_APP_DESCRIPTION "The program: fetches events from an API through a durable disk buffer, loads them
over several connections, and goes on where it stood after any stop.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libingest-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# What the static libraries are linked with; libcaf-dev only by who uses ingest::actors, but a package cannot say that.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  libc6-dev libcaf-dev "libcurl4-openssl-dev | libcurl-dev" libexpat1-dev libisal-dev libpcre2-dev libpq-dev libspdlog-dev libssl-dev
  libyaml-dev libzip-dev libzstd-dev
  zlib1g-dev)
list(JOIN CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Static libraries and headers, to be embedded in C++20 programs: sources,
transforms, sinks, the durable disk buffer, and a concurrent, supervised pipeline.")

include(CPack)
