#include "rest/exploration/since_trial.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "rest/dates/date_format.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_names_tried = 3;

/// In which requests may have times: what an API refuses it may take as a date.
std::vector<std::string> formats_of_requests(const time_field& field) {
  const bool has_time_of_day = field.format.find('T') != std::string::npos;
  return has_time_of_day ? std::vector<std::string>{"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"}
                         : std::vector<std::string>{field.format};
}

std::vector<std::string> names_for(const time_field& field) {
  const std::string plain = plain_name(field.name);
  const auto has = [&](const char* part) { return plain.find(part) != std::string::npos; };
  std::vector<std::string> names = has("updat") ? std::vector<std::string>{"updated_since", "since", "updated_after"}
                                   : has("modif")
                                       ? std::vector<std::string>{"modified_since", "since", "modified_after"}
                                   : has("creat") ? std::vector<std::string>{"created_after", "since", "created_since"}
                                                  : std::vector<std::string>{"since", field.name + "_after", "from"};
  names.resize(std::min(names.size(), most_names_tried));
  return names;
}

std::optional<moment> to_the_second(const moment& at) {
  return moment::of(std::chrono::floor<std::chrono::seconds>(at.at()));
}

/// A time that one record at least is older than, and another one is not.
std::optional<moment> time_between(const std::vector<value>& records, const time_field& field) {
  std::set<moment> times;
  for (const value& record : records) {
    const auto at = time_in(record, field);
    const auto whole = at ? to_the_second(*at) : std::nullopt;
    if (!whole) {
      return std::nullopt;
    }
    times.insert(*whole);
  }
  return times.size() < 2 ? std::nullopt
                          : std::optional(*std::next(times.begin(), static_cast<std::ptrdiff_t>(times.size() / 2)));
}

bool is_older(const std::vector<value>& records, const time_field& field, const moment& since) {
  return std::any_of(records.begin(), records.end(), [&](const value& record) {
    const auto at = time_in(record, field);
    return at && *at < since;
  });
}

bool is_heeded(const std::vector<value>& before, const std::vector<value>& after, const time_field& field,
               const moment& since, const std::string& key) {
  std::set<std::string> there;
  for (const value& record : after) {
    const auto at = time_in(record, field);
    if (!at || *at < since) {
      return false;
    }
    there.insert(identity_of(record, key));
  }
  return !after.empty() && std::all_of(before.begin(), before.end(), [&](const value& record) {
    const auto at = time_in(record, field);
    const bool newer = at && *to_the_second(*at) > since;
    return !newer || there.contains(identity_of(record, key));
  });
}

}  // namespace

std::optional<since_rule> try_since(const page_questions& api, const first_page& first, const time_field& field,
                                    const std::string& key) {
  const auto since = time_between(first.records, field);
  if (!since || !field.in_all_records) {
    return std::nullopt;
  }
  for (const std::string& name : names_for(field)) {
    for (const std::string& format : formats_of_requests(field)) {
      const date_format spelt(format, field.name);
      const std::string asked = spelt.print(*since);
      const auto from = spelt.parse(asked);
      if (!from || !is_older(first.records, field, *from)) {
        break;
      }
      const auto page = api.ask(with_params(first.with, {{name, asked}}));
      if (page && is_heeded(first.records, page->records, field, *from, key)) {
        return since_rule{name, asked, format};
      }
      if (page) {
        break;  // it is not refused because of its form
      }
    }
  }
  return std::nullopt;
}

std::string spelt_format(const std::string& format) {
  return format == "%s" ? ", unit: s" : format == "%ms" ? ", unit: ms" : format == "%Y-%m-%d" ? ", format: date" : "";
}

}  // namespace ingest::rest
