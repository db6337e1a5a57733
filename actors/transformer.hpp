#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/messages.hpp"
#include "actors/stage_context.hpp"
#include "actors/transform_sequence.hpp"

namespace ingest::actors {

/// Stands between a slice's reader and the buffer and takes each page through fresh transforms. Those that may run in
/// parallel are applied by the workers. Lives until the slice has ended, through several lives of the reader.
class transformer_state {
 public:
  explicit transformer_state(transformer_actor::pointer self) : self_(self) {}

  void begin(stage_context context) { context_ = std::move(context); }
  void start(const start_transforming& m);
  void attach(const attach_reader& m);
  void begin_reading(start_reading m);
  void transform(page_batch m);
  void collect(transform_done m);
  void pass_on(const page_credit& m);
  void stop() { end_stage(self_, context_); }
  void fail(const error& why) { fail_stage(self_, context_, why); }

 private:
  struct worker {
    transform_worker_actor handle;
    std::size_t jobs = 0;  ///< not answered yet
  };

  void hand_out(transform_task task);
  void give_out(transform_item item);
  void send(page_batch page);
  void end_slice(std::uint64_t cost);
  bool is_stopping() const;
  page_batch page_of(transform_item item) const;

  transformer_actor::pointer self_;
  stage_context context_;
  buffer_actor buffer_;
  std::vector<worker> workers_;
  page_source reader_;
  life_number life_ = 0;                          ///< of the reader
  std::unique_ptr<transform_sequence> sequence_;  ///< null until the reader may read
  bool input_ended_ = false;
  std::optional<page_batch> held_;  ///< after the input's end: whether it is the last page is not known yet
};

transformer_actor::behavior_type transformer(transformer_actor::stateful_pointer<transformer_state> self,
                                             stage_context context);

}  // namespace ingest::actors
