# The whole main job in simulated worlds, one line a test file. The simulated database takes the place of libpq behind
# the loader's private interface.
add_library(ingest_simulation STATIC
  simulation/invariants.cpp
  simulation/planted_bug.cpp
  simulation/planted_replacing.cpp
  simulation/schedule.cpp
  simulation/simulated_api.cpp
  simulation/simulated_catalog.cpp
  simulation/simulated_connection.cpp
  simulation/simulated_database.cpp
  simulation/simulated_files.cpp
  simulation/simulated_job.cpp
  simulation/simulated_leases.cpp
  simulation/simulated_ledger.cpp
  simulation/simulated_queries.cpp
  simulation/simulated_statements.cpp
  simulation/simulated_table.cpp
  simulation/simulated_world.cpp
  simulation/table_invariants.cpp
)
target_include_directories(ingest_simulation PUBLIC "${CMAKE_SOURCE_DIR}/libingest/src")
target_link_libraries(ingest_simulation PUBLIC ingest_actors_test_support PostgreSQL::PostgreSQL
  PRIVATE ingest_compile_options)

ingest_test(simulation/ledger_contract_test.cpp LIBS ingest_simulation)
ingest_test(simulation/planted_bugs_test.cpp LIBS ingest_simulation TIMEOUT 300)
ingest_test(simulation/whole_job_test.cpp LIBS ingest_simulation TIMEOUT 300)
