#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "serve/cron_line.hpp"

namespace ingest::app {

/// When the syncs of a pipeline are due: `every 15min` (s, min, h, d; counted from 1970, so that a restart changes
/// nothing), a line of cron, `@manual` (when somebody says so), or `continuous` (whenever the one before has ended).
class schedule {
 public:
  /// `zone` is that of a line of cron. Throws errc::config, with what is allowed.
  explicit schedule(std::string_view text, std::string_view zone = "UTC");

  bool is_continuous() const { return std::holds_alternative<continuous>(rule_); }
  bool has_zone() const { return std::holds_alternative<cron_line>(rule_); }
  bool is_manual() const { return std::holds_alternative<manual>(rule_); }

  /// The first moment behind `after` at which a sync is due; of a schedule without such moments, none.
  std::optional<wall_time> next_after(wall_time after) const;

  /// As it was written.
  const std::string& text() const { return text_; }

 private:
  struct manual {};
  struct continuous {};

  std::string text_;
  std::variant<manual, continuous, std::chrono::seconds, cron_line> rule_;
};

}  // namespace ingest::app
