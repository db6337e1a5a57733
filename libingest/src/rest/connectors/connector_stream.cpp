#include "rest/connectors/connector_stream.hpp"

#include "rest/connectors/building.hpp"
#include "rest/document/declared_stream.hpp"
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

record_selector_options selection_of(const component& retriever, const component& stream,
                                     const std::shared_ptr<const cursor>& incremental) {
  record_selector_options selection = make_selector(retriever.child("record_selector"), stream);
  selection.filter = incremental ? incremental->filter() : cursor_filter::none;
  return selection;
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

std::shared_ptr<const stream_reading> make_reading(const component& retriever, const component& stream,
                                                   const std::shared_ptr<const cursor>& incremental,
                                                   record_selector_options selection) {
  auto reading = std::make_shared<stream_reading>();
  reading->where = stream.text("name");
  reading->requests = make_requester(retriever.child("requester"), reading->where);
  reading->properties = make_query_properties(retriever.child("requester"), stream);
  const auto decoder = retriever.optional_child("decoder");
  reading->decoding = decoder ? make_decoder(*decoder) : default_decoder();
  reading->selecting = std::make_shared<record_selector>(std::move(selection));
  const auto pages = retriever.optional_child("paginator");
  reading->pages = pages ? make_paginator(*pages) : std::make_shared<const paginator>();
  reading->of_partition = injection_of(std::shared_ptr<const partition_router>(make_router(retriever)));
  reading->of_window = injection_of(incremental);
  reading->ignore_slice_on_further_pages = retriever.truth("ignore_stream_slicer_parameters_on_paginated_requests");
  reading->replaces_rows = retriever.parts().replaces_rows;
  reading->known_by = known_by(stream, incremental);
  reading->known = std::make_shared<const variables>(retriever.given().as_variables());
  return reading;
}

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
  return std::make_unique<stream_slices>(make_router(of_.child("retriever")), cursor_, std::move(progress));
}

std::unique_ptr<slice_reader> connector_stream::reader(const planned_slice& planned, bool records_may_repeat) const {
  auto watch = cursor_ ? cursor_->watch(planned.watermark) : nullptr;
  std::unique_ptr<slice_reader> reads;
  if (jobs_) {
    reads = std::make_unique<async_retriever>(jobs_, planned.slice, std::move(watch), records_may_repeat);
  } else {
    reads = std::make_unique<retriever>(pages_, planned.slice, std::move(watch));
  }
  return std::make_unique<patient_reader>(std::move(reads), name_, of_.parts().patience, of_.parts().time);
}

bool connector_stream::missed_place() const {
  if (jobs_) {
    return jobs_->told->records_not_found || (jobs_->told->files_not_found && !*jobs_->place_was_found);
  }
  return pages_->told->records_not_found && !*pages_->place_was_found;
}

std::shared_ptr<parent_records> make_parent_records(const component& stream) {
  // A parent is read as a whole each time, whatever state its own table has.
  const component read(stream.parts(), delegate_of(stream.content(), false), stream.path());
  const auto parent = std::make_shared<const connector_stream>(read);
  // A partition that comes twice is read once.
  return std::make_shared<parent_stream>([parent] { return parent->slices(); },
                                         [parent](const planned_slice& slice) { return parent->reader(slice, true); });
}

}  // namespace ingest::rest
