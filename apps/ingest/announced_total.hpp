#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "buffer/disk_buffer.hpp"

namespace ingest::app {

/// How many events the API said it has, and how many it gave.
struct announced_total {
  std::uint64_t total = 0;
  std::uint64_t read = 0;

  bool is_short() const { return read < total; }
};

/// True if the plan is to read everything the API has: only then its total can be compared.
bool reads_everything(const std::string& plan);

/// What the API announced for a run by `plan`, all of whose slices were read to the end. Nothing if some were not, if
/// only a window of time was asked for, or if the API announced nothing. An API may count each slice's window, or all
/// events whatever the window: the slices' numbers, being about the same and not less than what was read, tell the
/// latter.
std::optional<announced_total> announced_total_of(const std::string& plan, const std::vector<slice_progress>& slices);

/// Logs the event complete_but_short where fewer events were given than announced. With `strict`, throws errc::bad_data
/// then, and warns where nothing was announced that could be compared.
void check_total(const std::optional<announced_total>& total, bool strict, bool resumable);

}  // namespace ingest::app
