#include "rest/streams/patient_reader.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::rest {

void patient_reader::open(const std::optional<std::string>& position) {
  position_ = position;
  of_->open(position_);
}

std::optional<stream_page> patient_reader::read(const std::stop_token& stop) {
  std::optional<retry_schedule> attempts;  // made where it is needed, for most pages come at once
  bool believes = false;
  for (;;) {
    try {
      auto page = of_->read(stop);
      if (page) {
        position_ = page->position;
      }
      return page;
    } catch (const error& e) {
      if (e.code() != errc::bad_data || !e.transient()) {
        throw;
      }
      if (!attempts) {
        attempts.emplace(patience_);
      }
      const auto wait = attempts->next(time_.now());
      if (!wait && !std::exchange(believes, true)) {
        of_->open(position_);
        of_->believe();
        continue;
      }
      if (!wait) {
        throw error(e.code(), std::string(e.what()) + " (after " + std::to_string(attempts->failures()) + " attempts)",
                    false);
      }
      log::warning(events::answer_doubted, std::string(e.what()) + "; asked for again",
                   {{"stream", where_}, {"attempt", attempts->failures()}, {"wait_ms", wait->count()}});
      if (!time_.wait(*wait, stop)) {
        throw error(errc::cancelled, "stop requested while waiting for another answer");
      }
      of_->open(position_);
    }
  }
}

}  // namespace ingest::rest
