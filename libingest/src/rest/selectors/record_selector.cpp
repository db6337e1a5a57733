#include "rest/selectors/record_selector.hpp"

#include <string_view>

#include "ingest/error.hpp"
#include "rest/expressions/parameter_scope.hpp"
#include "rest/selectors/schema_normalization.hpp"

namespace ingest::rest {

namespace {

std::uint64_t fingerprint_of(std::string_view bytes) {
  // Kept in positions, where it is only ever compared with those of the same program.
  return std::hash<std::string_view>()(bytes);
}

/// As raw_page::errors_beside() finds it.
std::string errors_beside(const value& document, const glob_path& place) {
  const bool in_data = !place.empty() && place.steps().front().text == "data";
  const value* const errors = in_data ? document.find("errors") : nullptr;
  return errors != nullptr && errors->is_list() && errors->truth() ? errors->to_json() : "";
}

const value* content_of(const value& record, const std::string& field) {
  const value* const content = record.find(field);
  return content != nullptr && !content->is_none() ? content : nullptr;
}

}  // namespace

struct record_selector::selection {
  const variables& given;
  const page_wishes& wishes;
  record_watch* watch;
  selected_page& page;
  std::optional<value> last = {};
};

void record_watch::note_order(const value& content) {
  if (!before_.is_none()) {
    order_.newer_behind_older = order_.newer_behind_older || is_newer(content, before_);
    order_.older_behind_newer = order_.older_behind_newer || is_newer(before_, content);
  }
  before_ = content;
}

record_selector::record_selector(record_selector_options options) : options_(std::move(options)) {
  if (options_.condition && options_.condition->text().empty()) {
    options_.condition.reset();
  }
}

bool record_selector::raw() const {
  return (options_.search || options_.extractor.path().plain()) && !options_.own_extraction && !options_.condition &&
         !options_.own_condition && options_.transformations.empty() && !options_.schema && !options_.own_normalization;
}

std::optional<glob_path> record_selector::place() const {
  if (options_.own_extraction) {
    return std::nullopt;
  }
  return options_.search ? options_.search->known().value_or(glob_path()) : options_.extractor.path();
}

selected_page record_selector::select(const answer& from, const decoder& how, const page_wishes& wishes,
                                      const variables& given, record_watch* watch) const {
  selected_page page;
  selection out{given, wishes, watch, page};
  if (how.is_json() && raw()) {
    select_raw(from, out);
  } else {
    select_values(from, how, out);
  }
  return page;
}

void record_selector::select_raw(const answer& from, selection& out) const {
  const std::string field = out.watch != nullptr ? out.watch->field() : "";
  const json_pointer* const key = out.wishes.key ? &*out.wishes.key : nullptr;
  const auto known = options_.search ? options_.search->known() : options_.extractor.path();
  if (known) {
    const raw_page found(from.body(), *known, field, key);
    if (!options_.search || !found.records().empty()) {
      return take_raw(found, from, out);
    }
  }
  // Where nothing is known yet, and where nothing was found: that is to be believed only if nothing is elsewhere.
  const glob_path path = options_.search->path_in(from.body(), options_.known_by);
  take_raw(raw_page(from.body(), path, field, key), from, out);
}

void record_selector::take_raw(const raw_page& found, const answer& from, selection& out) const {
  out.page.extracted = found.records().size();
  out.page.place_found = found.place_found();
  out.page.errors_beside = found.errors_beside();
  out.page.records = record_texts(from.shared_body());
  out.page.records.reserve(out.page.extracted);
  const raw_record* last = nullptr;
  for (const raw_record& record : found.records()) {
    // In whatever order: an API that does not look at the page may give its records in another one.
    out.page.fingerprint += fingerprint_of(record.json);
    last = select_bytes(record, out) ? &record : last;
  }
  if (last == nullptr && !found.records().empty()) {
    last = &found.records().back();
  }
  if (out.wishes.last_record && last != nullptr) {
    out.page.last_record = value::from_json(last->json);
  }
  if (out.wishes.response) {
    out.page.response = found.response(out.wishes.records_in_response ? raw_page::contents::whole
                                                                      : raw_page::contents::without_records);
  }
}

bool record_selector::select_bytes(const raw_record& record, selection& out) const {
  value cursor;
  if (out.watch != nullptr && !record.cursor.empty()) {
    cursor = value::from_json(record.cursor);
  }
  const value* const content = cursor.is_none() ? nullptr : &cursor;
  note_in_feed(content, out);
  const bool admitted = !out.watch || options_.filter == cursor_filter::none || out.watch->admits(content);
  if (!admitted && options_.filter == cursor_filter::early) {
    return false;
  }
  ++out.page.selected;
  if (admitted) {
    out.page.records.append_part(record.json, record.key);
    if (out.watch != nullptr) {
      out.watch->observe(content);
    }
  }
  return true;
}

/// A data feed is read up to the first record that is known, which makes sense where newer ones come first.
void record_selector::note_in_feed(const value* content, selection& out) const {
  if (options_.filter == cursor_filter::late && out.watch != nullptr && content != nullptr) {
    out.watch->note_order(*content);
    out.page.last_record_known = out.watch->is_known(*content);
  }
}

void record_selector::select_values(const answer& from, const decoder& how, selection& out) const {
  out.page.response = value::dict_of({});
  out.page.fingerprint = fingerprint_of(from.body());
  extract(from, how, out);
  if (options_.own_extraction) {
    out.page.place_found = true;  // else it would have thrown
    options_.own_extraction(from, out.given, [&](const value& record) { select_value(record, out); });
  }
  if (out.wishes.last_record) {
    out.page.last_record = std::move(out.last);
  }
}

void record_selector::extract(const answer& from, const decoder& how, selection& out) const {
  const bool own = static_cast<bool>(options_.own_extraction);
  if (own && !out.wishes.response) {
    return;
  }
  const bool searches = options_.search && how.is_json();
  const record_extractor extractor =
      searches ? record_extractor(options_.search->path_in(from.body(), options_.known_by)) : options_.extractor;
  bool first = true;
  how.decode(from.body(), [&](const value& document) {
    if (first && how.shows_response()) {
      out.page.response = document;
    }
    if (first && how.is_json()) {
      out.page.errors_beside = errors_beside(document, extractor.path());
    }
    first = false;
    if (!own) {
      const bool found = extractor.extract(document, [&](const value& record) { select_value(record, out); });
      out.page.place_found = out.page.place_found || found;
    }
  });
}

bool record_selector::select_from(const std::function<std::optional<value>()>& next, std::size_t most_bytes,
                                  const variables& given, record_watch* watch, selected_page& page) const {
  const page_wishes none{};
  selection out{given, none, watch, page};
  while (page.records.bytes() < most_bytes) {
    const auto record = next();
    if (!record) {
      return false;
    }
    select_value(*record, out);
  }
  return true;
}

void record_selector::select_value(const value& record, selection& out) const {
  ++out.page.extracted;
  auto selected = worked(record, out);
  if (!selected) {
    if (out.wishes.last_record && out.page.selected == 0) {
      out.last = record;
    }
    return;
  }
  ++out.page.selected;
  const value* const content = out.watch != nullptr ? content_of(*selected, out.watch->field()) : nullptr;
  note_in_feed(content, out);
  if (options_.filter != cursor_filter::late || out.watch == nullptr || out.watch->admits(content)) {
    out.page.records.append(selected->to_json());
    if (out.watch != nullptr) {
      out.watch->observe(content);
    }
  }
  out.last = std::move(selected);
}

/// The record as it goes on; nothing where it is filtered out.
std::optional<value> record_selector::worked(const value& record, selection& out) const {
  value made = options_.transform_before_filtering ? transformed(record, out) : record;
  if (!passes(made, out)) {
    return std::nullopt;
  }
  if (!options_.transform_before_filtering) {
    made = transformed(made, out);
  }
  if (options_.own_normalization && made.is_dict()) {
    return options_.own_normalization(made);
  }
  return options_.schema && made.is_dict() ? normalized(made, *options_.schema) : made;
}

bool record_selector::passes(const value& record, const selection& out) const {
  if (options_.filter == cursor_filter::early && out.watch != nullptr &&
      !out.watch->admits(content_of(record, out.watch->field()))) {
    return false;
  }
  if (options_.own_condition && !options_.own_condition(record, out.given)) {
    return false;
  }
  if (!options_.condition) {
    return true;
  }
  variables names = with_parameters(out.given, options_.parameters);
  names.set("record", record);
  return options_.condition->holds(names);
}

value record_selector::transformed(const value& record, const selection& out) const {
  if (options_.transformations.empty()) {
    return record;
  }
  if (!record.is_dict()) {
    throw error(errc::bad_data, options_.where + ": record " + std::to_string(out.page.extracted) +
                                    " of the page is no object, so that it cannot be transformed: " +
                                    record.to_json().substr(0, 100) + "; look at the extractor's `field_path`");
  }
  value made = record;
  for (const auto& step : options_.transformations) {
    made = step->apply(made, out.given);
  }
  return made;
}

}  // namespace ingest::rest
