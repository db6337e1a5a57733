#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/transform.hpp"

namespace ingest::actors {

/// What passes through a transform_sequence: a batch with the credit that was spent on it, what is left of a batch that
/// was dropped, or the end of the input.
struct transform_item {
  std::optional<batch> content;  ///< none: dropped, or the end
  std::uint64_t cost = 0;
  std::string position;  ///< of a batch that was dropped for good: where to resume behind it; empty: nobody can tell
  bool end = false;
};

/// Transforms that may be applied elsewhere, to be answered with complete().
struct transform_task {
  std::shared_ptr<const transform_list> transforms;
  batch input;
  std::size_t section = 0;
  std::uint64_t ticket = 0;
};

/// Takes batches through a list of transforms, some of which are applied by others at the same time, and gives them out
/// in the order in which they came.
///
/// The list is divided into sections, alternately serial and parallel. An item passes a serial section when it comes to
/// it. In a parallel one it draws a ticket and is handed out; the section lets go of tickets in their order. The end is
/// an item like the others, so when a section lets go of it nothing comes behind: then finish() is called on the
/// section's transforms, and what they had held back goes before it.
///
/// No thread, no lock: one thread at a time calls.
class transform_sequence {
 public:
  using hand_out = std::function<void(transform_task)>;
  using give_out = std::function<void(transform_item)>;

  transform_sequence(const transform_list& transforms, hand_out work, give_out output);

  /// The next item of the input. Transforms of serial sections are applied here; what they throw comes out.
  void push(transform_item item) { enter(0, std::move(item)); }

  /// What became of a task.
  void complete(std::size_t section, std::uint64_t ticket, std::optional<batch> output);

 private:
  struct waiting_item {
    transform_item item;
    bool complete = false;  ///< false: handed out
  };
  struct section {
    bool parallel = false;
    std::shared_ptr<transform_list> transforms = std::make_shared<transform_list>();
    std::uint64_t arrived = 0;
    std::uint64_t released = 0;
    std::map<std::uint64_t, waiting_item> waiting;  ///< by ticket
  };

  void enter(std::size_t index, transform_item item);
  void enter_serial(std::size_t index, transform_item item);
  void enter_parallel(std::size_t index, transform_item item);
  void release(std::size_t index);
  void finish(std::size_t index, transform_item end);

  std::vector<section> sections_;
  hand_out work_;
  give_out output_;
};

/// Applies transforms from the one with index `first` on: what comes out, if anything.
std::optional<batch> apply_transforms(const transform_list& transforms, std::size_t first, batch input);

}  // namespace ingest::actors
