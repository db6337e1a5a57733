#include "rest/connectors/connector_stream.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/crc32c.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/connectors/building.hpp"
#include "rest/document/declared_stream.hpp"
#include "rest/expressions/canonical_json.hpp"
#include "rest/paginators/page_position.hpp"
#include "rest/streams/parent_stream.hpp"
#include "rest/streams/patient_reader.hpp"

namespace ingest::rest {

namespace {

slice_injection injection_of(std::shared_ptr<const partition_router> router) {
  return [router = std::move(router)](request_options& to, const value& slice, const variables& given) {
    router->inject(to, slice, given);
  };
}

slice_injection injection_of(std::shared_ptr<const cursor> from) {
  if (!from) {
    return {};
  }
  return [from = std::move(from)](request_options& to, const value& slice, const variables& given) {
    from->inject(to, slice, given);
  };
}

/// The members by which a record of the stream can be told from other objects; none where that is not known.
std::vector<std::string> known_by(const component& stream, const std::shared_ptr<const cursor>& incremental) {
  const node* const key = stream.field("primary_key");
  const value said = key == nullptr ? value() : key->to_value();
  std::vector<std::string> names;
  if (said.is_text()) {
    names.push_back(said.text());
  } else if (said.is_list()) {
    for (const value& part : said.items()) {
      if (!part.is_text()) {
        return {};
      }
      names.push_back(part.text());
    }
  }
  if (names.empty() && incremental) {
    if (const auto watch = incremental->watch(std::nullopt)) {
      names.push_back(watch->field());
    }
  }
  return names;
}

record_selector_options selection_of(const component& retriever, const component& stream,
                                     const std::shared_ptr<const cursor>& incremental) {
  record_selector_options selection = make_selector(retriever.child("record_selector"), stream);
  selection.filter = incremental ? incremental->filter() : cursor_filter::none;
  selection.known_by = known_by(stream, incremental);
  return selection;
}

std::shared_ptr<const stream_reading> make_reading(const component& retriever, const component& stream,
                                                   const std::shared_ptr<const cursor>& incremental,
                                                   record_selector_options selection) {
  auto reading = std::make_shared<stream_reading>();
  reading->where = stream.text("name");
  reading->requests = make_requester(retriever.child("requester"), reading->where);
  reading->properties = make_query_properties(retriever.child("requester"), stream);
  const auto decoder = retriever.optional_child("decoder");
  reading->decoding = decoder ? make_decoder(*decoder) : default_decoder();
  reading->known_by = selection.known_by;
  reading->selecting = std::make_shared<record_selector>(std::move(selection));
  const auto pages = retriever.optional_child("paginator");
  reading->pages = pages ? make_paginator(*pages) : std::make_shared<const paginator>();
  reading->of_partition = injection_of(std::shared_ptr<const partition_router>(make_router(retriever)));
  reading->of_window = injection_of(incremental);
  reading->ignore_slice_on_further_pages = retriever.truth("ignore_stream_slicer_parameters_on_paginated_requests");
  reading->replaces_rows = retriever.parts().replaces_rows;
  reading->known = std::make_shared<const variables>(retriever.given().as_variables());
  return reading;
}

/// Whether what parents have as extra fields may be in a request, by whatever name.
bool asks_by_extra_fields(const component& retriever) {
  std::vector<std::string> names = {"extra_fields"};
  for (const component& router : retriever.children("partition_router")) {
    for (const component& parent : router.children("parent_stream_configs")) {
      const node* const paths = parent.field("extra_fields");
      for (const node& path : paths == nullptr ? node::elements() : paths->items()) {
        for (const node& step : path.items()) {
          names.emplace_back(step.text());
        }
      }
    }
  }
  const auto& parts = retriever.content().members();
  return std::any_of(parts.begin(), parts.end(), [&](const node::member& part) {
    const std::string written = part.name == "partition_router" ? "" : part.content.to_json();
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return written.find(name) != std::string::npos; });
  });
}

/// Of a slice that has an end, and nothing before it.
class ended_reader final : public slice_reader {
 public:
  explicit ended_reader(const planned_slice& of) {
    page_position end;
    end.ended = true;
    position_ = end.to_text();
    if (of.of_parent) {
      position_ = after_all(with_watermark(position_, of.of_parent->parent, of.of_parent->watermark));
    }
  }

  void open(const std::optional<std::string>& position) override { ended_ = position == position_; }

  std::optional<stream_page> read(const std::stop_token&) override {
    return std::exchange(ended_, true) ? std::nullopt : std::optional(stream_page{{}, position_, true});
  }

 private:
  std::string position_;
  bool ended_ = false;
};

/// Tells how far a parent has been read with each window of it that has ended.
class noted_reader final : public slice_reader {
 public:
  noted_reader(std::unique_ptr<slice_reader> of, std::function<void(const stream_page&)> ended)
      : of_(std::move(of)), ended_(std::move(ended)) {}

  void open(const std::optional<std::string>& position) override { of_->open(position); }

  std::optional<stream_page> read(const std::stop_token& stop) override {
    auto page = of_->read(stop);
    if (page && page->last) {
      ended_(*page);
    }
    return page;
  }

 private:
  std::unique_ptr<slice_reader> of_;
  std::function<void(const stream_page&)> ended_;
};

}  // namespace

connector_stream::connector_stream(const component& of)
    : of_(of), name_(of.text("name")), cursor_(make_cursor(of.optional_child("incremental_sync"))) {
  const component retriever = of.child("retriever");
  if (retriever.type() == "SimpleRetriever") {
    pages_ = make_reading(retriever, of, cursor_, selection_of(retriever, of, cursor_));
  } else if (retriever.type() == "AsyncRetriever") {
    jobs_ = make_job_reading(retriever, name_, selection_of(retriever, of, cursor_));
  } else {
    retriever.refuse("retrievers of type " + std::string(retriever.type()) + " do not run here");
  }
}

std::unique_ptr<stream_slices> connector_stream::slices(stream_progress progress) const {
  const auto parents = progress.watermark ? std::make_shared<parent_watermarks>(progress) : nullptr;
  auto router = make_router(of_.child("retriever"), parents);
  auto all = std::make_unique<stream_slices>(std::move(router), cursor_, std::move(progress), parents);
  if (!asks_by_extra_fields(of_.child("retriever"))) {
    all->take_any_extra_fields();
  }
  return all;
}

std::unique_ptr<slice_reader> connector_stream::reader(const planned_slice& planned, bool records_may_repeat,
                                                       std::optional<json_pointer> key) const {
  if (planned.of_parent || planned.is_gone) {
    return std::make_unique<ended_reader>(planned);
  }
  auto watch = cursor_ ? cursor_->watch(planned.watermark) : nullptr;
  std::unique_ptr<slice_reader> reads;
  if (jobs_) {
    reads = std::make_unique<async_retriever>(jobs_, planned.slice, std::move(watch), records_may_repeat);
  } else {
    reads = std::make_unique<retriever>(pages_, planned.slice, std::move(watch), std::move(key));
  }
  return std::make_unique<patient_reader>(std::move(reads), name_, of_.parts().patience, of_.parts().time);
}

bool connector_stream::missed_place() const {
  if (jobs_) {
    return jobs_->told->records_not_found || (jobs_->told->files_not_found && !*jobs_->place_was_found);
  }
  return pages_->told->records_not_found && !*pages_->place_was_found;
}

parent_keeping connector_stream::kept() const {
  const auto& parents = of_.parts().parents;
  return {parents ? parents->of(name_, of_.content().to_json()) : nullptr,
          [this](bool has_records) { return has_records || !has_doubts(); }};
}

bool connector_stream::has_doubts() const {
  return missed_place() || (pages_ && pages_->claims->leave_doubts());
}

bool connector_stream::is_bounded() const {
  return of_.parts().bound && of_.parts().bound->stream == name_;
}

void connector_stream::require_word_of_parent(bool has_records, const std::stop_token& stop) const {
  const auto& replaces_rows = of_.parts().replaces_rows;
  if (!has_records && has_doubts() && replaces_rows && replaces_rows(stop)) {
    throw error(errc::bad_data,
                name_ +
                    ": no records have come of this parent, and its answers leave doubts whether there are none, while "
                    "what is read of its children takes the place of a table that has rows: it is left as it is. If "
                    "there are no parents any more, empty the table by hand, or say so by a response filter with the "
                    "action IGNORE; else mend the parent's extractor or paginator",
                false);
  }
}

void connector_stream::require_asked(const stream_slices& slices, const std::stop_token& stop) const {
  const auto& replaces_rows = of_.parts().replaces_rows;
  if (slices.asked_nobody() && replaces_rows && replaces_rows(stop)) {
    throw error(errc::bad_data,
                name_ +
                    ": there is no time that could be asked for, or no partition, so that the API was asked nothing, "
                    "while what is read takes the place of a table that has rows: it is left as it is. Look at the "
                    "start and the end of the cursor, at the values of the partitions, and at the `parent_key`; if "
                    "there is nothing to be read any more, empty the table by hand",
                false);
  }
  if (slices.asked_nobody() && !slices.leaves_out_what_was_read()) {
    log::warning(events::nothing_asked,
                 name_ +
                     ": there is no time that could be asked for, or no partition, so that the API was asked nothing; "
                     "look at the start and the end of the cursor, at the values of the partitions, and at the "
                     "`parent_key`",
                 {{"stream", name_}});
  }
}

namespace {

/// A parent is what it would be without any state, whatever state its own table has.
std::shared_ptr<const connector_stream> opened_parent(const component& stream) {
  return std::make_shared<const connector_stream>(
      component(stream.parts(), delegate_of(stream.content(), false), stream.path()));
}

}  // namespace

std::shared_ptr<parent_records> make_parent_records(const component& stream) {
  const auto parent = opened_parent(stream);
  // A partition that comes twice is read once.
  return std::make_shared<parent_stream>(
      [parent] { return parent->slices(); },
      [parent](const planned_slice& slice) { return parent->reader(slice, true); },
      [parent](bool has_records, const stream_slices& slices, const std::stop_token& stop) {
        parent->require_asked(slices, stop);
        parent->require_word_of_parent(has_records, stop);
      },
      parent->kept());
}

std::shared_ptr<parent_records> make_parent_records(const component& stream,
                                                    const std::shared_ptr<parent_watermarks>& past,
                                                    const std::string& prefix) {
  const auto parent = opened_parent(stream);
  if (!parent->incremental() || parent->has_partitions()) {
    return make_parent_records(stream);
  }
  // Of other settings, or by another definition, it has other records.
  const std::string definition = stream.content().to_json() + stream.parts().config_identity;
  const std::string known_as = prefix + parent->name() + " " + std::to_string(crc32c(definition));
  const stream_progress progress{
      [past, known_as](const std::string&, const std::stop_token& stop) { return past->before(known_as, stop); }};
  const auto read = [parent, past, known_as](const planned_slice& planned) -> std::unique_ptr<slice_reader> {
    return std::make_unique<noted_reader>(parent->reader(planned, true), [=](const stream_page& page) {
      past->note(known_as, parent->incremental()->watermark(planned.watermark, planned.slice.window, page.observed));
    });
  };
  // Where nothing is new, nothing need be said; and what replaces a table is read of all parents.
  return std::make_shared<parent_stream>([parent, progress] { return parent->slices(progress); }, read);
}

}  // namespace ingest::rest
