# `cmake --build … --target api_reference`: HTML from the public headers. A warning of Doxygen's is an error.
find_program(DOXYGEN_PROGRAM doxygen DOC "Makes the API reference")
mark_as_advanced(DOXYGEN_PROGRAM)
if(DOXYGEN_PROGRAM)
  configure_file(docs/Doxyfile.in "${PROJECT_BINARY_DIR}/Doxyfile" @ONLY)
  add_custom_target(api_reference COMMAND "${DOXYGEN_PROGRAM}" "${PROJECT_BINARY_DIR}/Doxyfile" USES_TERMINAL VERBATIM
    COMMENT "Writing ${PROJECT_BINARY_DIR}/api_reference/html/index.html")
endif()
