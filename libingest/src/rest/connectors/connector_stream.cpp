#include "rest/connectors/connector_stream.hpp"

#include "rest/connectors/building.hpp"
#include "rest/streams/parent_stream.hpp"

namespace ingest::rest {

namespace {

component retriever_of(const component& stream) {
  const component retriever = stream.child("retriever");
  if (retriever.type() != "SimpleRetriever") {
    retriever.refuse("retrievers of type " + std::string(retriever.type()) + " do not run here");
  }
  return retriever;
}

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

std::shared_ptr<const stream_reading> make_reading(const component& stream, const std::string& name,
                                                   const std::shared_ptr<const cursor>& incremental) {
  const component retriever = retriever_of(stream);
  auto reading = std::make_shared<stream_reading>();
  reading->where = name;
  reading->requests = make_requester(retriever.child("requester"), name);
  const auto decoder = retriever.optional_child("decoder");
  reading->decoding = decoder ? make_decoder(*decoder) : default_decoder();
  record_selector_options selection = make_selector(retriever.child("record_selector"), stream);
  selection.filter = incremental ? incremental->filter() : cursor_filter::none;
  reading->selecting = std::make_shared<record_selector>(std::move(selection));
  const auto pages = retriever.optional_child("paginator");
  reading->pages = pages ? make_paginator(*pages) : std::make_shared<const paginator>();
  reading->of_partition = injection_of(std::shared_ptr<const partition_router>(make_router(retriever)));
  reading->of_window = injection_of(incremental);
  reading->ignore_slice_on_further_pages = retriever.truth("ignore_stream_slicer_parameters_on_paginated_requests");
  reading->known = std::make_shared<const variables>(retriever.given().as_variables());
  return reading;
}

}  // namespace

connector_stream::connector_stream(const component& of)
    : of_(of),
      name_(of.text("name")),
      cursor_(make_cursor(of.optional_child("incremental_sync"))),
      reading_(make_reading(of, name_, cursor_)) {}

std::unique_ptr<stream_slices> connector_stream::slices(stream_progress progress) const {
  return std::make_unique<stream_slices>(make_router(of_.child("retriever")), cursor_, std::move(progress));
}

std::shared_ptr<parent_records> make_parent_records(const component& stream) {
  const auto parent = std::make_shared<const connector_stream>(stream);
  return std::make_shared<parent_stream>(parent->reading(), parent->incremental(),
                                         [parent] { return parent->slices(); });
}

}  // namespace ingest::rest
