#include "announced_total.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/http_source.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::app {

bool reads_everything(const std::string& plan) {
  return plan.find("SINCE=open UNTIL=open") != std::string::npos;
}

std::optional<announced_total> announced_total_of(const std::string& plan, const std::vector<slice_progress>& slices) {
  if (!reads_everything(plan) || slices.empty()) {
    return std::nullopt;
  }
  std::uint64_t sum = 0;
  std::uint64_t greatest = 0;
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t read = 0;
  for (const slice_progress& s : slices) {
    const auto total = s.done ? total_in(s.position) : std::nullopt;
    if (!total) {
      return std::nullopt;
    }
    sum += *total;
    greatest = std::max(greatest, *total);
    least = std::min(least, *total);
    read += s.rows;
  }
  // Between the first slice and the last, events may arrive: about the same is within a twentieth.
  const bool of_everything = greatest - least <= greatest / 20 && least >= read - read / 4;
  return announced_total{of_everything ? least : sum, read};
}

void check_total(const std::optional<announced_total>& total, bool strict, bool resumable) {
  if (!total && strict) {
    log::warning(events::setting_weakened,
                 "STRICT_TOTAL has nothing to compare: the API announced no total of what this run was to read");
  }
  if (!total || !total->is_short()) {
    return;
  }
  const std::string what = "the API announced " + std::to_string(total->total) + " events and gave " +
                           std::to_string(total->read) + ", saying then that there were no more";
  if (strict) {
    throw error(errc::bad_data,
                what + "; all that it gave is kept. " +
                    (resumable ? "--fresh --yes reads everything again (rows that are in the table already are skipped)"
                               : "Run again to read everything anew") +
                    ", STRICT_TOTAL=false accepts it");
  }
  log::warning(events::complete_but_short,
               what + ": some may be missing, or were removed meanwhile; STRICT_TOTAL=true makes that an error",
               {{"total_expected", total->total}, {"rows_read", total->read}});
}

}  // namespace ingest::app
