#include "rest/document/resumption.hpp"

namespace ingest::rest {

namespace {

std::string_view type_of(const node* component) {
  const node* const type = component == nullptr ? nullptr : component->find("type");
  return type == nullptr ? std::string_view() : type->text();
}

const node* at(const node* in, std::string_view name) {
  return in == nullptr ? nullptr : in->find(name);
}

/// The API itself says what comes next, so that nothing is counted.
bool has_token(const node* paginator) {
  const std::string_view strategy = type_of(at(paginator, "pagination_strategy"));
  return strategy == "CursorPagination" || strategy == "WatchedPagination";
}

bool counts_pages(const node* paginator) {
  const std::string_view strategy = type_of(at(paginator, "pagination_strategy"));
  return strategy == "PageIncrement" || strategy == "OffsetIncrement";
}

/// Windows that the API is asked for, and not only a filter of what it sends.
bool is_asked_by_windows(const node* cursor) {
  const node* const client_side = at(cursor, "is_client_side_incremental");
  const node* const data_feed = at(cursor, "is_data_feed");
  return type_of(cursor) == "DatetimeBasedCursor" && (client_side == nullptr || !client_side->truth()) &&
         (data_feed == nullptr || !data_feed->truth());
}

}  // namespace

std::string_view name_of(resumption r) {
  switch (r) {
    case resumption::page:
      return "page";
    case resumption::window:
      return "window";
    case resumption::partition:
      return "partition";
    case resumption::stream:
      return "stream";
  }
  return "stream";
}

resumption resumption_of(const node& stream) {
  const node* const retriever = stream.find("retriever");
  const node* const paginator = at(retriever, "paginator");
  const node* const cursor = stream.find("incremental_sync");
  if (type_of(retriever) == "AsyncRetriever") {
    return resumption::page;  // the files of a job stay what they are
  }
  const bool windows = is_asked_by_windows(cursor);
  // A window that ends is read by the same pages again; without an end, or without windows, a record that is new or
  // gone moves all behind it to other pages.
  const bool closed = windows && at(cursor, "end_time_option") != nullptr;
  if (has_token(paginator) || (closed && counts_pages(paginator))) {
    return resumption::page;
  }
  if (windows) {
    return resumption::window;
  }
  return at(retriever, "partition_router") != nullptr ? resumption::partition : resumption::stream;
}

}  // namespace ingest::rest
