#include "rest/exploration/record_place.hpp"

#include <algorithm>
#include <cctype>

#include "ingest/error.hpp"
#include "json/json_scanner.hpp"
#include "log/quotable.hpp"
#include "rest/answers/api_message.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/authenticators/config_path.hpp"
#include "rest/paginators/hint_names.hpp"
#include "rest/selectors/record_search.hpp"

namespace ingest::rest {

namespace {

std::string quoted_words(const answer& given) {
  const std::string words = detail::quotable(api_message(given).value_or(""));
  return words.empty() ? "" : " (" + words + ")";
}

void require_good(const answer& given, const std::string& asked) {
  const int status = given.status();
  if (status < 300) {
    return;
  }
  const std::string answers = asked + " answers with status " + std::to_string(status);
  if (status == 401 || status == 403) {
    throw request_failure(errc::authentication, answers + quoted_words(given) + ": it wants other credentials", status);
  }
  if (status == 404 || status == 410) {
    throw request_failure(errc::config, answers + ": there is nothing at this address; look it up", status);
  }
  if (status == 408 || status == 429 || status >= 500) {
    throw request_failure(errc::unavailable, answers + quoted_words(given) + "; try it again later", status);
  }
  throw request_failure(errc::config, answers + quoted_words(given), status);
}

bool is_html(const answer& given) {
  const std::string type(given.header("Content-Type").value_or(""));
  const std::size_t begin = std::min(given.body().find_first_not_of(" \t\r\n\xEF\xBB\xBF"), given.body().size());
  return type.starts_with("text/html") || given.body().compare(begin, 1, "<") == 0;
}

std::vector<answer_list> lists_of(const answer& given, const std::string& asked) {
  if (is_html(given)) {
    throw error(errc::bad_data,
                asked +
                    " answers with a page for people or with XML, not with JSON: look up the address of "
                    "the API itself, and whether it wants a header such as \"Accept: application/json\"");
  }
  try {
    auto lists = lists_in(given.body());
    given.json();  // what the scanner lets pass, as numbers that are none
    return lists;
  } catch (const ingest::detail::json_fault& fault) {
    throw error(errc::bad_data, asked + " answers with what is no JSON, at byte " + std::to_string(fault.offset) +
                                    " of " + std::to_string(given.body().size()) + ": only JSON can be looked at");
  }
}

std::string last_word(const url& asked) {
  std::string path = asked.path;
  while (path.ends_with('/')) {
    path.pop_back();
  }
  const std::string word = path.substr(path.find_last_of('/') + 1);
  return plain_name(word.substr(0, word.find('.')));
}

int likelihood(const answer_list& list, const std::string& resource) {
  if (list.path.empty()) {
    return 3;
  }
  const std::string plain = plain_name(list.path.back());
  return plain == resource && !plain.empty() ? 3 : names_records(plain) ? 2 : names_no_records(plain) ? 0 : 1;
}

bool can_be_spelt(const answer_list& list) {
  return record_place{list.path, false, {}}.spelling().has_value();
}

[[noreturn]] void refuse_without_records(const std::string& asked, bool empty_list) {
  throw error(errc::config,
              empty_list ? asked +
                               " answers with an empty list, by which neither fields nor pages can be told: give an "
                               "address, or parameters, with which some records come"
                         : asked + " answers without records: there is no list of objects, nor an object that is one");
}

}  // namespace

std::optional<std::string> record_place::spelling() const {
  std::string all;
  for (const std::string& step : path) {
    if (step.empty() || step.find_first_of(".*{}") != std::string::npos) {
      return std::nullopt;
    }
    all += (all.empty() ? "" : ".") + step;
  }
  return all.empty() ? "." : all;
}

std::vector<value> record_place::records_in(const answer& given) const {
  if (given.body().find_first_not_of(" \t\r\n") == std::string::npos) {
    return {};
  }
  const value* const found = path.empty() ? &given.json() : find_at(given.json(), path);
  if (is_one_record) {
    return found != nullptr && found->is_dict() ? std::vector<value>{*found} : std::vector<value>();
  }
  return found != nullptr && found->is_list() ? found->items() : std::vector<value>();
}

record_place find_records(const answer& given, const url& asked) {
  const std::string name = asked.for_people();
  require_good(given, name);
  const auto lists = lists_of(given, name);
  std::vector<answer_list> likely;
  std::copy_if(lists.begin(), lists.end(), std::back_inserter(likely),
               [](const answer_list& one) { return one.may_have_records() && can_be_spelt(one); });
  if (const auto words = error_words(given); words && likely.empty()) {
    throw error(errc::bad_data, name + " answers with status " + std::to_string(given.status()) +
                                    ", but speaks of an error: " + detail::quotable(*words));
  }
  const std::string resource = last_word(asked);
  std::stable_sort(likely.begin(), likely.end(), [&](const answer_list& a, const answer_list& b) {
    const int one = likelihood(a, resource);
    const int other = likelihood(b, resource);
    return one != other ? one > other : a.objects > b.objects;
  });
  if (likely.empty()) {
    const bool empty =
        std::any_of(lists.begin(), lists.end(), [](const answer_list& l) { return l.objects == 0 && l.others == 0; });
    if (empty || !given.json().is_dict() || given.json().members().empty()) {
      refuse_without_records(name, empty);
    }
    return {{}, true, {}};
  }
  record_place made{likely.front().path, false, {}};
  for (std::size_t i = 1; i < std::min<std::size_t>(likely.size(), 6); ++i) {
    made.others.push_back("`" + likely[i].name() + "` (" + std::to_string(likely[i].objects) + ")");
  }
  return made;
}

}  // namespace ingest::rest
