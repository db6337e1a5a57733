#include "rest/connectors/stream_source.hpp"

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <span>

#include "core/payload_pool.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "json/json_pointer.hpp"
#include "json/json_scanner.hpp"
#include "log/event_names.hpp"
#include "rest/connectors/record_identity.hpp"
#include "rest/paginators/page_position.hpp"
#include "rest/streams/kept_slices.hpp"

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

  static constexpr std::size_t most_waiting = 5'120;  // a supply looks ahead by 4,096 slices that have ended, at most

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

/// What the sources of a stream have in common.
struct read_stream {
  read_stream(std::shared_ptr<const connector_stream> from, std::shared_ptr<const record_encoder> e,
              stream_source_options o)
      : stream(std::move(from)), encoder(std::move(e)), options(std::move(o)), kept(stream->kept()) {
    if (options.id_pointer) {
      id.emplace(*options.id_pointer);
    }
  }

  std::shared_ptr<const connector_stream> stream;
  std::shared_ptr<const record_encoder> encoder;
  stream_source_options options;
  std::optional<json_pointer> id;
  kept_slices kept;
  slices_at_hand slices;
  payload_pool payloads{4};

  bool tells_watermark() const { return options.past.watermark && stream->incremental(); }
};

namespace {

class stream_supply final : public slice_supply {
 public:
  explicit stream_supply(std::shared_ptr<read_stream> of)
      : of_(std::move(of)), slices_(of_->stream->slices(of_->options.past)), unnamed_(of_->options.begun) {
    of_->kept.begin();
  }

  std::optional<slice_task> next(std::stop_token stop) override {
    const auto planned = slices_->next(stop);
    if (slices_->leaves_out_what_was_read() || of_->stream->is_bounded() || (!planned && slices_->asked_nobody())) {
      of_->kept.give_up();  // children are of that, too, or have to judge for themselves
    }
    if (!planned) {
      of_->stream->require_asked(*slices_, stop);
      return next_gone();
    }
    slice_task task{slice_id(of_->stream->name(), planned->slice.name()), std::nullopt};
    unnamed_.erase(task.slice);
    of_->slices.add(task.slice, *planned);
    of_->kept.name(task.slice, *planned);
    return task;
  }

 private:
  std::optional<slice_task> next_gone() {
    if (unnamed_.empty()) {
      of_->kept.all_named();
      return std::nullopt;
    }
    planned_slice gone;
    gone.is_gone = true;
    slice_task task{unnamed_.extract(unnamed_.begin()).value(), std::nullopt};
    of_->slices.add(task.slice, gone);
    of_->kept.name(task.slice, gone);
    return task;
  }

  std::shared_ptr<read_stream> of_;
  std::unique_ptr<stream_slices> slices_;
  std::set<slice_id> unnamed_;
};

class slice_source final : public source {
 public:
  slice_source(std::shared_ptr<read_stream> of, slice_id id, planned_slice planned)
      : of_(std::move(of)),
        id_(std::move(id)),
        planned_(std::move(planned)),
        reader_(of_->stream->reader(planned_, of_->options.records_may_repeat, of_->id)) {
    if (of_->options.known_by_content) {
      identity_.emplace(planned_.slice.part);
    }
  }

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    stop_ = std::move(stop);
    of_->kept.open(id_, position);
    reader_->open(position);
  }

  std::optional<batch> read() override {
    const auto page = reader_->read(stop_);
    if (!page) {
      return std::nullopt;
    }
    of_->kept.take(id_, planned_, *page);
    if (planned_.is_gone) {
      tell_gone();
    }
    auto lines = of_->payloads.take();
    lines->clear();
    lines->reserve(page->records.bytes() + page->records.size() * expected_key);
    if (identity_) {
      identity_->begin_page();
    }
    for (std::size_t i = 0; i < page->records.size(); ++i) {
      append(page->records[i], page->records.key(i), *lines);
    }
    batch b;
    b.data = std::move(lines);
    b.records = page->records.size();
    b.position = planned_.is_gone ? as_unread(page->position, partition_of(id_))
                 : of_->tells_watermark() && page->last && !planned_.of_parent ? last_position(*page)
                                                                               : page->position;
    b.last = page->last;
    if (b.last) {
      of_->slices.end(id_);
    }
    return b;
  }

  void close() noexcept override {}

 private:
  static constexpr std::size_t expected_key = 40;

  std::string last_position(const stream_page& page) const {
    const auto reached =
        of_->stream->incremental()->watermark(planned_.watermark, planned_.slice.window, page.observed);
    return reached ? with_watermark(page.position, planned_.slice.part.key(), *reached) : page.position;
  }

  /// By its name, in which it stands unless that would be too long.
  static std::optional<std::string> partition_of(const slice_id& slice) {
    try {
      const value name = value::from_json(slice.name());
      const value* const values = name.find("partition");
      return values == nullptr ? std::nullopt : std::optional(partition{*values}.key());
    } catch (const error&) {
      return std::nullopt;
    }
  }

  void tell_gone() const {
    log::warning(events::slice_gone,
                 to_string(id_) +
                     ", which a process before has begun, is none any more: its parent's record has gone, or does not "
                     "belong to this run. It ends where it stands, and if it comes again, the next run reads it",
                 {{"stream", of_->stream->name()}});
  }

  void append(std::string_view record, const detail::json_value* found, std::string& to) {
    if (identity_) {
      const std::string identity = identity_->of(record);
      of_->encoder->append(identity, record_identity::with(record, identity), to);
      return;
    }
    detail::json_value key = found != nullptr ? *found : detail::json_value();
    if (of_->id && found == nullptr) {
      detail::json_scanner in(record);
      find_values(in, std::span(&*of_->id, 1), std::span(&key, 1));
    }
    auto text = key.text(scratch_);
    if (text && text->empty() && !of_->options.keys_may_be_empty) {
      text.reset();
    }
    of_->encoder->append(text, record, to);
  }

  std::shared_ptr<read_stream> of_;
  slice_id id_;
  planned_slice planned_;
  std::unique_ptr<slice_reader> reader_;
  std::optional<record_identity> identity_;
  std::stop_token stop_;
  std::string scratch_;
};

}  // namespace

stream_sources::stream_sources(std::shared_ptr<const connector_stream> stream,
                               std::shared_ptr<const record_encoder> encoder, stream_source_options options)
    : of_(std::make_shared<read_stream>(std::move(stream), std::move(encoder), std::move(options))) {}

slice_supply_factory stream_sources::supply() const {
  return [of = of_] { return std::make_unique<stream_supply>(of); };
}

source_factory stream_sources::sources() const {
  return [of = of_](const slice_id& slice) -> std::unique_ptr<source> {
    auto planned = of->slices.begin(slice);
    if (!planned) {
      throw error(errc::internal, to_string(slice) + " was given out so long ago that it is not known any more");
    }
    return std::make_unique<slice_source>(of, slice, std::move(*planned));
  };
}

}  // namespace ingest::rest
