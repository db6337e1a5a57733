#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "datasync/sync_window.hpp"
#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/run_ledger.hpp"
#include "ingest/time_window.hpp"
#include "settings/settings.hpp"

/// What pipelines with a durable buffer and without have in common.
namespace ingest::app {

/// A builder that has what the settings say of every pipeline.
actors::pipeline_builder begin_pipeline(const settings& s, const std::shared_ptr<metrics>& counters);

/// Has the pipeline read what `plan` says, in so many slices; `ledger` and `begun` as from_kind::supplied has them.
void add_source(actors::pipeline_builder& to, const settings& s, const std::string& plan, std::size_t slices,
                const std::shared_ptr<run_ledger>& ledger = nullptr, const std::set<slice_id>& begun = {});

/// The time windows for SLICES=auto, which divide what `plan` reads. Blocks; throws what requests do, errc::cancelled
/// on a stop.
std::vector<time_window> find_windows(const settings& s, const std::string& plan, metrics& counters,
                                      const std::stop_token& stop);

/// What the next sync reads, the one before having had this plan and come to `watermark` (both empty: there was none).
/// Blocks as above.
sync_plan find_sync(const settings& s, const std::string& watermark, const std::string& plan_before, metrics& counters,
                    const std::stop_token& stop);

/// Runs the pipeline and shows its progress. `loads`: rows get to their target in this run, of which `rows_before` are
/// there already.
stream_result run_shown(actors::pipeline& p, const settings& s, const std::shared_ptr<metrics>& counters, bool loads,
                        std::uint64_t rows_before, const std::stop_token& stop);

}  // namespace ingest::app
