#pragma once

/// Tests of the contracts of engines, ledgers, sinks and sources, for any test framework: each case is a name and a
/// function that collects what does not hold. Run them one by one with check(), or all with require(), which throws:
///
///     ingest::testing::require(ingest::testing::sink_cases(), {.make = [] { return std::make_unique<my_sink>(); }});

#include "ingest/testing/engine_contract.hpp"
#include "ingest/testing/ledger_contract.hpp"
#include "ingest/testing/sink_contract.hpp"
#include "ingest/testing/source_contract.hpp"
