#include "rest/connectors/stream_source.hpp"

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <span>

#include "ingest/error.hpp"
#include "json/json_pointer.hpp"
#include "json/json_scanner.hpp"
#include "rest/paginators/page_position.hpp"

namespace ingest::rest {

namespace {

/// Slices by name: the last ones that a supply has given, and those that are being read, however long that takes. A
/// name has no extra fields of partitions and no watermark, so that a slice cannot be made of its name alone.
class slices_at_hand {
 public:
  void add(const slice_id& id, const planned_slice& slice) {
    const std::lock_guard lock(mutex_);
    const auto [at, is_new] = known_.try_emplace(id, entry{slice});
    at->second.slice = slice;
    if (is_new) {
      keep_for_a_while(at);
    }
  }

  /// For a source, which is made anew with each life of its reader.
  std::optional<planned_slice> begin(const slice_id& id) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(id);
    if (found == known_.end()) {
      return std::nullopt;
    }
    found->second.read = true;
    return found->second.slice;
  }

  /// Its last page has been read. It may be asked for once more, if that page is lost on its way.
  void end(const slice_id& id) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(id);
    if (found == known_.end()) {
      return;
    }
    found->second.read = false;
    if (!found->second.waiting) {
      keep_for_a_while(found);
    }
  }

 private:
  struct entry {
    planned_slice slice;
    bool read = false;
    bool waiting = false;  ///< for its turn to be forgotten
  };
  using known_slices = std::map<slice_id, entry>;

  static constexpr std::size_t most_waiting = 8'192;  // a supply looks ahead by 4,096 slices that have ended, at most

  void keep_for_a_while(known_slices::iterator at) {
    at->second.waiting = true;
    order_.push_back(at);
    while (order_.size() > most_waiting) {
      const auto oldest = order_.front();
      order_.pop_front();
      oldest->second.waiting = false;
      if (!oldest->second.read) {
        known_.erase(oldest);
      }
    }
  }

  std::mutex mutex_;
  known_slices known_;
  std::deque<known_slices::iterator> order_;
};

}  // namespace

struct stream_sources::shared {
  std::shared_ptr<const connector_stream> stream;
  std::optional<json_pointer> id;
  std::shared_ptr<const record_encoder> encoder;
  stream_progress past;
  bool records_may_repeat = false;
  slices_at_hand slices = {};
};

namespace {

using shared_parts = std::shared_ptr<const connector_stream>;

class stream_supply final : public slice_supply {
 public:
  stream_supply(const shared_parts& stream, std::shared_ptr<void> keeper, slices_at_hand& at_hand,
                stream_progress progress)
      : stream_(stream), keeper_(std::move(keeper)), at_hand_(at_hand), slices_(stream->slices(std::move(progress))) {}

  std::optional<slice_task> next(std::stop_token stop) override {
    const auto planned = slices_->next(stop);
    if (!planned) {
      return std::nullopt;
    }
    slice_task task{slice_id(stream_->name(), planned->slice.name()), std::nullopt};
    at_hand_.add(task.slice, *planned);
    return task;
  }

 private:
  shared_parts stream_;
  std::shared_ptr<void> keeper_;
  slices_at_hand& at_hand_;
  std::unique_ptr<stream_slices> slices_;
};

class slice_source final : public source {
 public:
  slice_source(shared_parts stream, planned_slice planned, bool records_may_repeat, std::optional<json_pointer> id,
               std::shared_ptr<const record_encoder> encoder, bool tells_watermark, std::function<void()> ended)
      : stream_(std::move(stream)),
        planned_(std::move(planned)),
        tells_watermark_(tells_watermark),
        id_(std::move(id)),
        encoder_(std::move(encoder)),
        ended_(std::move(ended)),
        reader_(stream_->reader(planned_, records_may_repeat)) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    stop_ = std::move(stop);
    reader_->open(position);
  }

  std::optional<batch> read() override {
    const auto page = reader_->read(stop_);
    if (!page) {
      return std::nullopt;
    }
    auto lines = std::make_shared<std::string>();
    lines->reserve(page->records.bytes() + page->records.size() * expected_key);
    for (std::size_t i = 0; i < page->records.size(); ++i) {
      append(page->records[i], *lines);
    }
    batch b;
    b.data = std::move(lines);
    b.records = page->records.size();
    b.position = tells_watermark_ && page->last ? last_position(*page) : page->position;
    b.last = page->last;
    if (b.last) {
      ended_();
    }
    return b;
  }

  void close() noexcept override {}

 private:
  static constexpr std::size_t expected_key = 40;

  std::string last_position(const stream_page& page) const {
    const auto reached = stream_->incremental()->watermark(planned_.watermark, planned_.slice.window, page.observed);
    return reached ? with_watermark(page.position, planned_.slice.part.key(), *reached) : page.position;
  }

  void append(std::string_view record, std::string& to) {
    detail::json_value key;
    if (id_) {
      detail::json_scanner in(record);
      find_values(in, std::span(&*id_, 1), std::span(&key, 1));
    }
    encoder_->append(key.text(scratch_), record, to);
  }

  shared_parts stream_;
  planned_slice planned_;
  bool tells_watermark_;
  std::optional<json_pointer> id_;
  std::shared_ptr<const record_encoder> encoder_;
  std::function<void()> ended_;
  std::unique_ptr<slice_reader> reader_;
  std::stop_token stop_;
  std::string scratch_;
};

}  // namespace

stream_sources::stream_sources(std::shared_ptr<const connector_stream> stream, std::optional<std::string> id_pointer,
                               std::shared_ptr<const record_encoder> encoder, stream_progress past,
                               bool records_may_repeat)
    : shared_(std::make_shared<shared>()) {
  shared_->stream = std::move(stream);
  if (id_pointer) {
    shared_->id.emplace(*id_pointer);
  }
  shared_->encoder = std::move(encoder);
  shared_->past = std::move(past);
  shared_->records_may_repeat = records_may_repeat;
}

slice_supply_factory stream_sources::supply() const {
  return
      [parts = shared_] { return std::make_unique<stream_supply>(parts->stream, parts, parts->slices, parts->past); };
}

source_factory stream_sources::sources() const {
  return [parts = shared_](const slice_id& slice) -> std::unique_ptr<source> {
    auto planned = parts->slices.begin(slice);
    if (!planned) {
      throw error(errc::internal, to_string(slice) + " was given out so long ago that it is not known any more");
    }
    const bool tells_watermark = parts->past.watermark && parts->stream->incremental();
    return std::make_unique<slice_source>(parts->stream, std::move(*planned), parts->records_may_repeat, parts->id,
                                          parts->encoder, tells_watermark,
                                          [parts, slice] { parts->slices.end(slice); });
  };
}

}  // namespace ingest::rest
