#include "rest/exploration/exploration.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "rest/exploration/page_trials.hpp"
#include "rest/exploration/since_trial.hpp"
#include "rest/exploration/spelled_findings.hpp"

namespace ingest::rest {

namespace {

std::string first_or_none(const std::vector<std::string>& names) {
  return names.empty() ? "" : names.front();
}

/// A field of changes that all records have, else one of another time.
std::optional<time_field> chosen_field(const record_facts& facts) {
  const auto times = facts.times();
  const auto whole = std::find_if(times.begin(), times.end(), [](const time_field& f) { return f.in_all_records; });
  return whole == times.end() ? std::nullopt : std::optional(*whole);
}

void require_no_secret(const std::string& text, const asked_api& api) {
  for (const asked_credential& one : api.credentials) {
    if (one.value.size() >= 4 && text.find(one.value) != std::string::npos) {
      throw error(errc::config, "what the API has answered would bring the value of `" + one.name +
                                    "` into the file, so that it is not made: write it by hand");
    }
  }
}

}  // namespace

explored_api explore(api_questions& api, const std::string& made_by) {
  const answer given = api.ask();
  stream_findings found;
  found.place = find_records(given, api.api().base);
  const first_page first{given, found.place.records_in(given)};
  found.in_first_answer = first.records.size();
  found.facts.set(first.records);
  const page_questions pages(api, found.place);
  first_page widest = first;
  if (!found.place.is_one_record) {
    tried_pages tried = try_pages(pages, first, first_or_none(found.facts.keys()));
    found.pages = std::move(tried.rule);
    found.facts.set(std::move(tried.records));
    if (tried.larger) {
      widest = std::move(*tried.larger);
    }
  }
  found.changes = found.place.is_one_record ? std::nullopt : chosen_field(found.facts);
  const std::string key = first_or_none(found.facts.keys());
  if (found.changes) {
    found.since_was_tried = api.may_ask();
    found.since = try_since(pages, widest, *found.changes, key);
  }
  const std::string head = made_by + " what " + api.api().base.for_people() +
                           " has answered to a few requests. Look at what is guessed before it is relied on.";
  explored_api made{stream_name(api.api()), spelt_findings(head, api.api(), given, found), found.facts.records(), key,
                    found.pages.seen};
  require_no_secret(made.text, api.api());
  return made;
}

std::string difference_from(const explored_api& seen, const std::vector<std::string>& read) {
  const std::size_t both = std::min(seen.records.size(), read.size());
  for (std::size_t i = 0; i < both; ++i) {
    const std::string expected = identity_of(seen.records[i], seen.key);
    const std::string found = identity_of(value::from_json(read[i]), seen.key);
    if (expected != found) {
      return "record " + std::to_string(i + 1) + " was " + (seen.key.empty() ? "" : "that with `" + seen.key + "` ") +
             expected.substr(0, 200) + ", and is " + found.substr(0, 200);
    }
  }
  if (read.size() < seen.records.size()) {
    return std::to_string(seen.records.size()) + " records were seen, and " + std::to_string(read.size()) +
           " were read";
  }
  return "";
}

}  // namespace ingest::rest
