#pragma once

#include <memory>
#include <optional>

#include "actors/credit.hpp"
#include "actors/messages.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// Reads one slice after the other, page by page, as far as the buffer's credit goes, until there are no more slices. A
/// page that the credit does not cover waits in hand, and nothing else is read meanwhile.
class reader_state {
 public:
  explicit reader_state(reader_actor::pointer self) : self_(self) {}
  ~reader_state();

  void begin(stage_context context, page_target target);
  void take();
  void start(const start_reading& m);
  void add_credit(const page_credit& m);
  void read();
  void stop();
  void fail(const error& why);

 private:
  void read_one();
  bool send_what_is_in_hand();
  void close_source();

  reader_actor::pointer self_;
  stage_context context_;
  std::unique_ptr<source> source_;  ///< open while not null
  credit_account credit_;
  page_target target_;
  slice_id slice_;                     ///< that is being read, or was asked for
  std::optional<page_batch> in_hand_;  ///< read, not sent yet for want of credit
};

/// Makes a fresh source for each slice by the spec's factory; opens it where start_reading says.
reader_actor::behavior_type reader(reader_actor::stateful_pointer<reader_state> self, stage_context context,
                                   page_target target);

}  // namespace ingest::actors
