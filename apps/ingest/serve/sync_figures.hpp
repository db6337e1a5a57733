#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/log.hpp"
#include "ingest/metrics.hpp"

namespace ingest::app {

/// A line of the log of a run, or a report: the members of a JSON object that are numbers, texts, true or false.
using told_members = std::map<std::string, log::field::value_type, std::less<>>;

/// The members of a JSON object, those of objects in it by "outer.inner"; none of what is no object.
told_members members_of_json(std::string_view json);

/// A member that is a text; empty where it is none.
std::string text_in(const told_members& told, std::string_view name);
/// A member that is a number, or 0 or 1 for false and true; nothing where it is none.
std::optional<double> number_in(const told_members& told, std::string_view name);

/// For its definitions; it counts nothing.
const metrics& known_metrics();

/// What the runs of a pipeline have counted, by stream, over all its syncs since the service began. Streams are called
/// as the runs call them behind the pipeline's name; a pipeline of one stream has one without a name.
class sync_figures {
 public:
  /// By metric.
  using figures = std::map<std::string, double, std::less<>>;

  /// `pipeline` is what its runs call it. Of more than this many streams the further ones are counted as one, "other".
  explicit sync_figures(std::string pipeline) : pipeline_(std::move(pipeline)) {}
  static constexpr std::size_t most_streams = 1000;

  /// Of a line `run_started`, `run_resumed` or `progress`; others are passed over.
  void take_line(const told_members& line);

  /// Of a report, which is the last word of its run.
  void take_report(const told_members& report);

  /// A run that has ended without a report, because it was killed: what it has told last counts.
  void end_sync();

  /// Of all syncs, by stream and by the histogram's name: metrics::histogram::figures(), added up.
  using durations = std::map<std::string, std::map<std::string, std::vector<double>, std::less<>>>;
  durations all_durations() const;

  /// Counters of all syncs, and gauges of the one that runs, by stream.
  std::map<std::string, figures> all() const;

  /// Of the sync that runs, or else of the last one; with the rates of the moment, as `progress` has them.
  std::map<std::string, figures> latest() const { return latest_; }
  void begin_sync();

 private:
  std::string stream_of(const told_members& told) const;

  std::string pipeline_;
  std::string running_;  ///< the stream whose lines come now
  std::map<std::string, figures> settled_;
  std::map<std::string, figures> open_;  ///< of runs that have not ended
  std::map<std::string, figures> latest_;
  durations settled_durations_;
  durations open_durations_;
};

}  // namespace ingest::app
