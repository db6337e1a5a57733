# Tests of actors/, one line a file.
add_library(ingest_actors_test_support STATIC
  support/scripted_pipeline.cpp
  support/simulated_run.cpp
  support/simulated_system.cpp
)
target_include_directories(ingest_actors_test_support PUBLIC "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/libingest/src")
# CAF 1.x has its deterministic scheduler in a component of its own, which it always builds; CAF 0.17 has it in core.
target_link_libraries(ingest_actors_test_support
  PUBLIC ingest_test_support ingest::actors CAF::core $<TARGET_NAME_IF_EXISTS:CAF::test>
  PRIVATE ingest_compile_options)

ingest_test(actors/credit_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/range_dealer_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/range_queue_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/restart_intensity_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/pipeline_simulation_test.cpp LIBS ingest_actors_test_support TIMEOUT 300)
ingest_test(actors/pipeline_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/pipeline_contract_test.cpp LIBS ingest_actors_test_support TIMEOUT 300)
ingest_test(actors/transform_sequence_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/pipeline_memory_simulation_test.cpp LIBS ingest_actors_test_support TIMEOUT 300)
ingest_test(actors/pipeline_supply_test.cpp LIBS ingest_actors_test_support TIMEOUT 300)
ingest_test(actors/pipeline_builder_test.cpp LIBS ingest_actors_test_support)
ingest_test(actors/written_account_test.cpp LIBS ingest_actors_test_support)
