#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "rest/connectors/component.hpp"
#include "rest/cursors/cursor.hpp"
#include "rest/partitions/parent_records.hpp"
#include "rest/streams/async_retriever.hpp"
#include "rest/streams/parent_spool.hpp"
#include "rest/streams/parent_watermarks.hpp"
#include "rest/streams/retriever.hpp"
#include "rest/streams/stream_slices.hpp"

namespace ingest::rest {

/// A stream of a connector, ready to be read.
class connector_stream {
 public:
  /// Of a component DeclarativeStream. Throws errc::config for what cannot be made of it.
  explicit connector_stream(const component& of);

  const std::string& name() const { return name_; }
  /// Null where all of the stream is read each time.
  const std::shared_ptr<const cursor>& incremental() const { return cursor_; }

  /// The watermark of a partition that is complete up to that time; nothing where no part of its time can be asked for.
  std::optional<std::string> watermark_at(std::chrono::sys_time<std::chrono::milliseconds> time) const {
    return cursor_ ? cursor_->watermark_at(time) : std::nullopt;
  }

  bool has_partitions() const { return !of_.child("retriever").children("partition_router").empty(); }

  /// Whether all of it is what one job of the API has made, however long that is read.
  bool is_one_job() const { return jobs_ && !cursor_ && !has_partitions(); }

  /// The slices, from the first one on. Parents are read anew; of those that the stream depends on
  /// (incremental_dependency), what is new where `progress` tells of the sync before.
  std::unique_ptr<stream_slices> slices(stream_progress progress = {}) const;

  /// What reads a slice. `records_may_repeat`: those that come twice are there once, for the target knows them by their
  /// keys, so that a slice may be begun anew after it has given some. `key`: where records have theirs, which are
  /// looked for on the way where that costs nothing.
  std::unique_ptr<slice_reader> reader(const planned_slice& planned, bool records_may_repeat = false,
                                       std::optional<json_pointer> key = {}) const;

  /// Whether answers were taken for ones without records because none of them had even the place of records, which was
  /// told as a warning.
  bool missed_place() const;

  /// Whether that has happened, or an end was believed that nobody had said, or that the answer had denied.
  bool has_doubts() const;

  /// Throws errc::bad_data where no record has come of all slices of a parent, there are doubts whether it has none,
  /// and what is read of its children takes the place of rows that are there. May ask the database for these.
  void require_word_of_parent(bool has_records, const std::stop_token& stop) const;

  /// Throws errc::bad_data where nobody was asked for any of these slices, which have been given to the last one, and
  /// what is read takes the place of rows that are there. May ask the database for these.
  void require_asked(const stream_slices& slices, const std::stop_token& stop) const;

  /// What is to be kept of it for its children; nothing, where they do not need it. The stream must outlive it.
  parent_keeping kept() const;

  /// Whether a part of its time is read only, as connector::bound() says.
  bool is_bounded() const;

 private:
  component of_;
  std::string name_;
  std::shared_ptr<const cursor> cursor_;
  std::shared_ptr<const stream_reading> pages_;  // one of the two
  std::shared_ptr<const job_reading> jobs_;
};

/// The records of a stream that is a parent, read for its children alone: as a whole.
std::shared_ptr<parent_records> make_parent_records(const component& stream);

/// The same, from where it was read the time before, if it has a cursor, and is not divided into partitions itself;
/// `past` knows it by `prefix` and its name.
std::shared_ptr<parent_records> make_parent_records(const component& stream,
                                                    const std::shared_ptr<parent_watermarks>& past,
                                                    const std::string& prefix);

}  // namespace ingest::rest
