#include "rest/recordings/stream_reader.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "ingest/error.hpp"
#include "rest/expressions/canonical_json.hpp"
#include "rest/expressions/macros.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_record_bytes = 64u << 20;

/// Without fingerprints of records, which depend on how they are spelt, without how many there were, which is told, and
/// without the time at which a job is given up, which depends on when it was created; of a slice's last page with what
/// the next sync goes by.
value position_of(const stream_page& page, const planned_slice& planned, const cursor* incremental) {
  const value written = value::from_json(page.position);
  dictionary kept{{"records", value::integer_of(static_cast<std::int64_t>(page.records.size()))}};
  constexpr std::string_view left_out[] = {"page", "so_far", "like", "until"};
  for (const auto& [name, content] : written.members()) {
    if (std::ranges::find(left_out, name.to_text()) == std::end(left_out)) {
      kept.set(name, content);
    }
  }
  if (page.last && incremental != nullptr) {
    if (auto reached = incremental->watermark(planned.watermark, planned.slice.window, page.observed)) {
      kept.set("watermark", value::text_of(*std::move(reached)));
    }
  }
  return value::dict_of(std::move(kept));
}

}  // namespace

stream_transcript read_stream(const connector_stream& stream, const stream_reading_plan& plan,
                              const std::stop_token& stop) {
  const expressions::told_time::clock clock = [at = std::chrono::floor<std::chrono::microseconds>(plan.present)] {
    return at;
  };
  const expressions::told_time pinned(&clock);
  stream_transcript read;
  std::size_t pages = 0;
  std::size_t bytes = 0;
  plan.enter("");
  const auto slices = stream.slices();
  while (auto planned = slices->next(stop)) {
    read.slices.push_back({planned->slice.name(), {}});
    plan.enter(read.slices.back().name);
    const auto pages_of_slice = stream.reader(*planned);
    pages_of_slice->open(std::nullopt);
    while (const auto page = pages_of_slice->read(stop)) {
      read.slices.back().positions.push_back(position_of(*page, *planned, stream.incremental().get()));
      for (std::size_t i = 0; i < page->records.size(); ++i) {
        read.records.push_back(value::from_json(page->records[i]).to_json());
        bytes += read.records.back().size();
      }
      if (bytes > most_record_bytes) {
        throw error(errc::bad_data, stream.name() + ": its records are too large for a recording: record fewer pages");
      }
      if (++pages == plan.most_pages) {
        read.cut = true;
        return read;
      }
    }
    plan.enter("");
  }
  return read;
}

}  // namespace ingest::rest
