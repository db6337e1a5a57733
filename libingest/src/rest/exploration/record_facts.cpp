#include "rest/exploration/record_facts.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "rest/dates/date_format.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

constexpr int no_key = 9;

int rank_of_key(const std::string& name) {
  const std::string plain = plain_name(name);
  constexpr std::array<std::string_view, 6> whole = {"id", "uuid", "guid", "key", "objectid", "gid"};
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (plain == whole[i]) {
      return i == 0 ? 0 : 1;
    }
  }
  const bool ends = name.ends_with("_id") || name.ends_with("Id") || name.ends_with("ID") || name.ends_with("_uuid") ||
                    name.ends_with("_key");
  return ends                                                                                           ? 2
         : plain == "number" || plain == "code" || plain == "slug" || plain == "isbn" || plain == "sku" ? 3
                                                                                                        : no_key;
}

bool has(const std::string& plain, std::string_view part) {
  return plain.find(part) != std::string::npos;
}

bool tells_changes(const std::string& plain) {
  return has(plain, "updat") || has(plain, "modif") || has(plain, "chang") || has(plain, "edited");
}

int rank_of_time(const std::string& plain) {
  return tells_changes(plain) ? 0 : has(plain, "creat") || has(plain, "insert") || has(plain, "added") ? 1 : 2;
}

bool called_as_a_time(const std::string& name) {
  const std::string plain = plain_name(name);
  return rank_of_time(plain) < 2 || name.ends_with("_at") || name.ends_with("At") || plain.ends_with("time") ||
         plain.ends_with("timestamp") || plain.ends_with("date") || plain == "ts";
}

/// In these the short spelling reads times of records.
constexpr std::array<std::string_view, 5> formats = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ",
                                                     "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d"};

bool fits(const value& content, const std::string& format) {
  if (format == "%s" || format == "%ms") {
    // Of the years 2000 to 2100: a number that is something else is seldom there.
    constexpr std::int64_t from = 946'684'800;
    constexpr std::int64_t to = 4'102'444'800;
    const std::int64_t unit = format == "%s" ? 1 : 1000;
    return content.kind() == value::kind::integer && content.fits_64_bits() && content.integer() >= from * unit &&
           content.integer() < to * unit;
  }
  return content.is_text() && date_format(format, "a field").parse(content.text()).has_value();
}

/// The formats that all contents of a field are read by: of one format, or of several that go together.
std::string format_of(const std::vector<const value*>& contents, const std::string& name) {
  std::string found;
  for (const value* const content : contents) {
    std::string own;
    for (const std::string_view format : formats) {
      own = own.empty() && fits(*content, std::string(format)) ? std::string(format) : own;
    }
    for (const char* const format : {"%s", "%ms"}) {
      own = own.empty() && called_as_a_time(name) && fits(*content, format) ? format : own;
    }
    const bool goes_together =
        found.empty() || own == found || (found.find('T') != std::string::npos && own.find('T') != std::string::npos);
    if (own.empty() || !goes_together) {
      return "";
    }
    found = found.empty() ? own : found;
  }
  return found;
}

bool is_plain_field(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name.find_first_of(".{}*\"\\ \t\n") == std::string::npos;
}

std::string order_of(const std::vector<value>& records, const time_field& field) {
  bool rises = true;
  bool falls = true;
  std::optional<moment> before;
  std::set<std::int64_t> different;
  for (const value& record : records) {
    const auto at = time_in(record, field);
    if (!at) {
      return "";
    }
    rises = rises && (!before || *before <= *at);
    falls = falls && (!before || *before >= *at);
    before = at;
    different.insert(at->at().time_since_epoch().count());
  }
  return different.size() < 3 || rises == falls ? "" : rises ? "ascending" : "descending";
}

}  // namespace

std::vector<std::string> record_facts::keys() const {
  std::vector<std::string> names;
  if (records_.empty() || !records_.front().is_dict()) {
    return names;
  }
  const auto is_key = [this](const std::string& name) {
    std::set<std::string> seen;
    return std::all_of(records_.begin(), records_.end(), [&](const value& record) {
      const value* const content = record.find(name);
      const bool plain = content != nullptr &&
                         (content->kind() == value::kind::integer || (content->is_text() && !content->text().empty()));
      return plain && seen.insert(content->to_json()).second;
    });
  };
  for (const auto& [name, content] : records_.front().members()) {
    if (name.is_text() && is_plain_field(name.text()) && rank_of_key(name.text()) < no_key && is_key(name.text())) {
      names.push_back(name.text());
    }
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const std::string& a, const std::string& b) { return rank_of_key(a) < rank_of_key(b); });
  return names;
}

std::vector<time_field> record_facts::times() const {
  std::set<std::string> names;
  for (const value& record : records_) {
    for (const auto& [name, content] : record.is_dict() ? record.members() : dictionary()) {
      if (name.is_text() && is_plain_field(name.text())) {
        names.insert(name.text());
      }
    }
  }
  std::vector<time_field> all;
  for (const std::string& name : names) {
    std::vector<const value*> contents;
    for (const value& record : records_) {
      const value* const content = record.find(name);
      if (content != nullptr && !content->is_none()) {
        contents.push_back(content);
      }
    }
    time_field field{
        name, format_of(contents, name), tells_changes(plain_name(name)), contents.size() == records_.size(), {}};
    if (!field.format.empty()) {
      field.order = order_of(records_, field);
      all.push_back(std::move(field));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const time_field& a, const time_field& b) {
    return rank_of_time(plain_name(a.name)) < rank_of_time(plain_name(b.name));
  });
  return all;
}

std::optional<moment> time_in(const value& record, const time_field& field) {
  const value* const content = record.find(field.name);
  if (content == nullptr || content->is_none()) {
    return std::nullopt;
  }
  if (!content->is_text()) {
    return date_format(field.format, field.name).parse(*content);
  }
  for (const std::string_view format : formats) {
    if (const auto at = date_format(std::string(format), field.name).parse(content->text())) {
      return at;
    }
  }
  return std::nullopt;
}

std::string identity_of(const value& record, const std::string& key) {
  const value* const content = key.empty() ? nullptr : record.find(key);
  return content == nullptr ? record.to_json() : content->to_json();
}

bool are_others(const std::vector<value>& first, const std::vector<value>& other, const std::string& key) {
  std::set<std::string> known;
  for (const value& record : first) {
    known.insert(identity_of(record, key));
  }
  return !other.empty() && std::none_of(other.begin(), other.end(),
                                        [&](const value& record) { return known.contains(identity_of(record, key)); });
}

bool begin_alike(const std::vector<value>& one, const std::vector<value>& other, const std::string& key) {
  const std::size_t both = std::min(one.size(), other.size());
  return std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(both), other.begin(),
                    [&](const value& a, const value& b) { return identity_of(a, key) == identity_of(b, key); });
}

}  // namespace ingest::rest
