#pragma once

#include <optional>
#include <string>

#include "rest/cursors/clamping.hpp"
#include "rest/dates/duration.hpp"

namespace ingest::rest {

/// A window of time, both ends of which belong to it.
struct window_bounds {
  moment start;
  moment end;
};

struct window_rules {
  std::optional<duration> step = {};  ///< nothing: all is one window
  std::optional<duration> granularity = {};
  clamping clamped = {};
};

/// Divides the time from `lower` to `upper` into windows, as the CDK's concurrent cursor does: each begins where the
/// one before ended, one granularity later; the last one ends with `upper`. None where lower is not before upper.
class window_division {
 public:
  /// `where` names the cursor in messages.
  window_division(moment lower, moment upper, window_rules rules, std::string where);

  /// Throws errc::config for a step that does not lead on.
  std::optional<window_bounds> next();

 private:
  std::optional<moment> step_from(const moment& from) const;
  std::optional<window_bounds> only_window() const;
  moment without_granularity(const moment& end) const;

  moment lower_;
  moment upper_;
  window_rules rules_;
  std::string where_;
  bool first_ = true;
  bool done_ = false;
};

}  // namespace ingest::rest
