# In a unity build (INGEST_UNITY_BUILD: the presets release and fuzz) the files of one folder are compiled together, since
# reading headers is most of the work: a third of the time. Names that only one file knows are unique within a folder for
# that, except in those where all files are made alike, and none is that of a function in a header, which would be
# overloaded for all of the folder. The preset dev compiles each file by itself, so that it includes what it uses.
function(ingest_compile_rooms_together target)
  cmake_parse_arguments(arg "" "" "ALIKE" ${ARGN})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${INGEST_UNITY_BUILD} UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    cmake_path(IS_ABSOLUTE source generated)
    cmake_path(GET source PARENT_PATH room)
    if(NOT generated AND NOT source STREQUAL main.cpp AND NOT room IN_LIST arg_ALIKE)
      string(MAKE_C_IDENTIFIER "room_${room}" group)
      set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${group})
    endif()
  endforeach()
endfunction()
