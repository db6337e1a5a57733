#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/error.hpp"

namespace ingest {

/// What became of a batch that a sink has written.
struct write_outcome {
  std::uint64_t rows_loaded = 0;
  std::uint64_t rows_already_loaded = 0;  ///< in pages that an earlier write had committed; nothing was done for them
  std::uint64_t duplicates_skipped = 0;   ///< records whose key the target had already
  std::uint64_t rows_rejected = 0;        ///< records that the target refused, set aside

  write_outcome& operator+=(const write_outcome& more) {
    rows_loaded += more.rows_loaded;
    rows_already_loaded += more.rows_already_loaded;
    duplicates_skipped += more.duplicates_skipped;
    rows_rejected += more.rows_rejected;
    return *this;
  }
};

/// When what a sink was given stands for good. An engine that replaces a failed sink by a fresh one needs to know.
enum class commit_point {
  each_write,  ///< what write() has accepted stands, also if this instance is aborted or destroyed: a database
  finalize,    ///< nothing stands before finalize(): a file that appears when it is complete
  unknown      ///< some of it may stand, some not: a failure after the first write cannot be mended
};

/// In which order what was read has to be written.
enum class write_order {
  any,
  of_keys,    ///< records with one key as they were read: sink::keys() tells which batches may be written side by side
  as_it_came  ///< all of it: there is one loader
};

/// The keys that records have.
struct record_keys {
  /// By what keys are told apart. What is told by different rules cannot be compared.
  std::uint64_t rule = 0;

  /// One for each key, in rising order. Two keys may have one number, but a key has one only.
  std::vector<std::uint64_t> numbers;

  bool operator==(const record_keys&) const = default;
};

/// Thrown by write(): what keys() has told of the batch holds no more, as where somebody has altered the table. It was
/// not written. It is offered again, as one whose keys nobody knows.
class keys_changed : public error {
 public:
  explicit keys_changed(const std::string& message) : error(errc::unavailable, message) {}
};

/// Where records go. One thread at a time calls
///
///     open → write* → finalize or abort
///
/// with exactly one of finalize() and abort(), exactly once, and nothing after it. If open(), write() or finalize()
/// throws, abort() follows, unless finalize() had succeeded. Destroying a sink that was neither finalized nor aborted
/// (its process dies, its stage is restarted) must leave what was written before either whole or undone.
class sink {
 public:
  virtual ~sink() = default;

  /// Gets ready to write. `stop` stays valid until the sink is destroyed; once it is requested, a blocked call returns
  /// within a second, by throwing an error with errc::cancelled.
  virtual void open(std::stop_token stop) { static_cast<void>(stop); }

  /// Writes a batch and returns when the target has accepted it: for a database, when it is committed. May block.
  /// A batch may be offered again after an error or a restart; a sink that remembers what it has committed (it knows
  /// the pages by their ids) writes it once all the same.
  virtual write_outcome write(const batch& records) = 0;

  /// Where batches are written in the order of their keys: those of this one. Nothing where they cannot be told apart
  /// for certain: it is written behind all that were read before it then, and before all others. write() may follow, of
  /// this batch, or keys() of another one.
  virtual std::optional<record_keys> keys(const batch& records) {
    static_cast<void>(records);
    return std::nullopt;
  }

  /// Everything was written: complete the target.
  virtual void finalize() = 0;

  /// No more is coming, because of `why`: release what is held, keep or remove what was written as the kind of target
  /// demands.
  virtual void abort(const error& why) = 0;

  /// When what write() has accepted stands for good. Asked once, before open().
  virtual commit_point commits() const { return commit_point::each_write; }
};

/// Makes the sink of a loader, counted from 0. Called for every life of a loader.
using sink_factory = std::function<std::unique_ptr<sink>(std::size_t loader)>;

}  // namespace ingest
