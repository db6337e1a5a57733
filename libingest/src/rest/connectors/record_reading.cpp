#include "rest/connectors/record_reading.hpp"

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::rest {

namespace {

bool read_slice(const connector_stream& from, const planned_slice& planned, const std::stop_token& stop,
                const record_use& use) {
  const auto pages = from.reader(planned);
  pages->open(std::nullopt);
  while (const auto page = pages->read(stop)) {
    for (std::size_t i = 0; i < page->records.size(); ++i) {
      if (!use(value::from_json(page->records[i]), planned.slice)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

connector_stream stream_of_retriever(const component& of, const std::string& name) {
  const node retriever = of.child("retriever").content();
  const int line = of.content().line();
  return connector_stream(component(
      of.parts(),
      node::dict(
          {{"type", node::text("DeclarativeStream", line)}, {"name", node::text(name, line)}, {"retriever", retriever}},
          line),
      of.where()));
}

void read_all(const connector_stream& from, const std::stop_token& stop, const record_use& use) {
  const auto slices = from.slices();
  while (const auto planned = slices->next(stop)) {
    if (!read_slice(from, *planned, stop, use)) {
      return;
    }
  }
}

void read_unsliced(const connector_stream& from, const std::stop_token& stop, const record_use& use) {
  read_slice(from, {}, stop, use);
}

void accept_nothing(const connector_stream& from, const component& at) {
  if (from.missed_place()) {
    throw error(errc::bad_data, at.where() +
                                    ": the API was asked, and its answer has nothing where records are, so nobody can "
                                    "tell that there are none; look at the `field_path` of the retriever's extractor");
  }
  log::warning(events::records_not_found, at.where() + ": the API was asked, and names nothing");
}

}  // namespace ingest::rest
