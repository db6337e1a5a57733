#include "rest/exploration/page_trials.hpp"

#include <algorithm>
#include <set>

#include "rest/exploration/page_sizes.hpp"
#include "rest/exploration/record_facts.hpp"
#include "rest/paginators/found_token.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

using kind = page_rule::kind;

const value* found_at(const value& response, const std::string& place) {
  const value* at = &response;
  for (std::size_t begin = 0; begin <= place.size() && at != nullptr;) {
    const std::size_t dot = std::min(place.find('.', begin), place.size());
    at = at->find(place.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return at;
}

/// The place as the short spelling has it; nothing where it is a header, or a name has a dot.
std::optional<std::string> spelt_place(const value& response, const std::string& place) {
  const bool plain = place.find_first_of("{}") == std::string::npos && found_at(response, place) != nullptr;
  return plain ? std::optional(place) : std::nullopt;
}

std::string last_name(const std::string& place) {
  return place.substr(place.find_last_of('.') + 1);
}

/// The place that says whether more comes, as it does here; "" for none that the short spelling could name.
std::string flag_of(const value& response, const answer_hints& hints) {
  const bool says_so = hints.more == true && says_more(plain_name(last_name(hints.more_place)));
  return says_so ? spelt_place(response, hints.more_place).value_or("") : "";
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && name.find_first_of(" {}") == std::string::npos &&
      std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(name);
  }
}

/// By what parameters a way may be meant, the likeliest first.
std::vector<std::string> parameters_of(const page_way& way) {
  std::vector<std::string> names;
  add_once(names, way.parameter);
  if (!way.place.starts_with("the header ") && way.what != page_way::kind::pages) {
    add_once(names, last_name(way.place));
  }
  if (way.what == page_way::kind::token) {
    add_once(names, "cursor");
  }
  return names;
}

class trials {
 public:
  trials(const page_questions& api, const first_page& first, const std::string& key)
      : api_(api), first_(first), key_(key), records_(first.records) {}

  tried_pages run() {
    const answer_hints hints = first_.hints();
    auto rule = by_hints(first_, hints);
    if (!rule && !says_all(hints)) {
      rule = by_counting(first_, hints);
    }
    if (rule) {
      larger_ = try_larger_pages(api_, first_, key_, *rule);
      if (larger_ && larger_->records.size() > records_.size()) {
        records_ = larger_->records;
      }
    } else {
      rule = behind_half_a_page();
    }
    if (!rule) {
      rule = page_rule();
      notes_.push_back(says_all(hints)
                           ? "the answer says that this is all, so that no second page was seen: a run goes by "
                             "what answers say"
                           : "guessed: nothing was seen of a second page. A run goes by what answers say, and "
                             "ends with an error where they look as if more came; `none` if this is all");
    }
    rule->notes.insert(rule->notes.begin(), notes_.begin(), notes_.end());
    return {std::move(*rule), std::move(records_), std::move(larger_)};
  }

 private:
  bool says_all(const answer_hints& hints) const {
    const bool ended =
        !hints.ways.empty() && std::all_of(hints.ways.begin(), hints.ways.end(), [&](const page_way& way) {
          return !found_token::behind(way, {}, first_.records.size());
        });
    const bool counted =
        hints.total && hints.total_is_sure && *hints.total == static_cast<std::int64_t>(first_.records.size());
    return hints.more != true && (hints.more == false || ended || counted);
  }

  /// Whether the page is another one than `first`; then what was seen goes on with it.
  bool leads_on(const first_page& first, const std::optional<first_page>& next, const std::string& how) {
    if (next && are_others(first.records, next->records, key_)) {
      notes_.push_back(how + " brought " + std::to_string(next->records.size()) + " other records");
      if (first.records.size() + next->records.size() > records_.size()) {
        records_ = first.records;
        records_.insert(records_.end(), next->records.begin(), next->records.end());
      }
      return true;
    }
    if (next || api_.may_ask()) {  // else it was not asked for
      notes_.push_back(how + (!next                   ? " was refused"
                              : next->records.empty() ? " brought no records"
                                                      : " brought no others"));
    }
    return false;
  }

  std::optional<first_page> page_by(const first_page& first, const std::string& name,
                                    const std::string& content) const {
    return api_.ask(with_params(first.with, {{name, content}}));
  }

  /// By a parameter that many APIs have. One that has changed nothing is not tried again.
  bool is_counted_by(const first_page& first, const std::string& name, const std::string& content) {
    if (ignored_.contains(name)) {
      return false;
    }
    const auto next = page_by(first, name, content);
    const bool leads = leads_on(first, next, name + "=" + content);
    if (!leads && next && !next->records.empty()) {
      ignored_.insert(name);
    }
    return leads;
  }

  std::optional<page_rule> by_hints(const first_page& first, const answer_hints& hints) {
    for (const page_way& way : hints.ways) {
      const bool of_the_last_record = way.what == page_way::kind::token && hints.more == false;
      if (of_the_last_record || !found_token::behind(way, {}, first.records.size())) {
        continue;
      }
      auto rule = way.what == page_way::kind::url ? by_url(first, way) : by_parameter(first, way, hints);
      if (rule) {
        rule->seen = true;
        return rule;
      }
    }
    return hints.unheeded.empty() ? std::nullopt : by_odd_token(first, hints);
  }

  /// What looks like a token at a place where nobody has them, by a parameter that many have.
  std::optional<page_rule> by_odd_token(const first_page& first, const answer_hints& hints) {
    const std::string& place = hints.unheeded.front();
    const auto spelt = spelt_place(first.given.json_or_empty(), place);
    const value* const token = spelt ? found_at(first.given.json_or_empty(), *spelt) : nullptr;
    if (token == nullptr || !(token->is_text() || token->is_number())) {
      return std::nullopt;
    }
    std::vector<std::string> names = {"after", "cursor"};
    add_once(names, last_name(place));
    for (const std::string& name : names) {
      if (leads_on(first, page_by(first, name, token->to_text()), name + " with what `" + place + "` tells")) {
        page_rule rule;
        rule.how = kind::cursor;
        rule.seen = true;
        rule.parameter = name;
        rule.from = *spelt;
        rule.more = flag_of(first.given.json_or_empty(), hints);
        return rule;
      }
    }
    return std::nullopt;
  }

  std::optional<page_rule> by_url(const first_page& first, const page_way& way) {
    if (!leads_on(first, api_.ask_next(way.at->to_text()), "the next URL, `" + way.place + "`,")) {
      return std::nullopt;
    }
    page_rule rule;
    const auto place = spelt_place(first.given.json_or_empty(), way.place);
    rule.how = way.place == "the header Link" ? kind::link_header : place ? kind::next_url : kind::automatic;
    rule.from = place.value_or("");
    return rule;
  }

  std::optional<page_rule> by_parameter(const first_page& first, const page_way& way, const answer_hints& hints) {
    const value token = *found_token::behind(way, {}, first.records.size());
    const std::string content = token.find("content")->to_text();
    for (const std::string& name : parameters_of(way)) {
      if (leads_on(first, page_by(first, name, content), name + " with what `" + way.place + "` tells")) {
        return rule_of(first, way, name, hints, *token.find("content"));
      }
    }
    return std::nullopt;
  }

  page_rule rule_of(const first_page& first, const page_way& way, const std::string& name, const answer_hints& hints,
                    const value& next) const {
    page_rule rule;
    rule.parameter = name;
    const bool counts = next.kind() == value::kind::integer && next.fits_64_bits();
    if (way.what == page_way::kind::page || way.what == page_way::kind::pages ||
        (way.what == page_way::kind::next_number && way.parameter == "page" && counts)) {
      rule.how = kind::page;
      rule.start = next.integer() - 1;
      return rule;
    }
    if (way.what == page_way::kind::offset || (way.what == page_way::kind::next_number && counts &&
                                               next.integer() == static_cast<std::int64_t>(first.records.size()))) {
      rule.how = kind::offset;
      return rule;
    }
    const value& response = first.given.json_or_empty();
    const auto place = spelt_place(response, way.place);
    rule.how = place ? kind::cursor : kind::automatic;
    rule.from = place.value_or("");
    rule.more = flag_of(response, hints);
    return rule;
  }

  /// As many APIs count, that do not tell of it.
  std::optional<page_rule> by_counting(const first_page& first, const answer_hints& hints) {
    page_rule rule;
    rule.seen = true;
    if (is_counted_by(first, "page", "2")) {
      rule.how = kind::page;
      rule.parameter = "page";
      const auto one = page_by(first, "page", "1");
      const bool from_one = one && !one->records.empty() && begin_alike(first.records, one->records, key_);
      rule.start = from_one ? 1 : 0;
      if (!from_one) {  // what lies between was not seen
        records_ = first_.records;
      }
      notes_.push_back(from_one ? "page=1 is the first page" : "page=1 is not the first page, so that 0 should be");
      return rule;
    }
    const std::string count = std::to_string(first.records.size());
    for (const char* const name : {"offset", "skip", "start"}) {
      if (is_counted_by(first, name, count)) {
        rule.how = kind::offset;
        rule.parameter = name;
        return rule;
      }
    }
    return hints.more == true ? by_last_key(first, hints) : std::nullopt;
  }

  /// `starting_after`, the key of the last record, beside a flag that says whether more comes.
  std::optional<page_rule> by_last_key(const first_page& first, const answer_hints& hints) {
    const value* const last = key_.empty() || first.records.empty() ? nullptr : first.records.back().find(key_);
    const std::string more = flag_of(first.given.json_or_empty(), hints);
    if (last == nullptr || more.empty() ||
        !leads_on(first, page_by(first, "starting_after", last->to_text()),
                  "starting_after with the last `" + key_ + "`")) {
      return std::nullopt;
    }
    page_rule rule;
    rule.how = kind::cursor;
    rule.seen = true;
    rule.parameter = "starting_after";
    rule.from = "{{ last_record[" + value::text_of(key_).to_repr() + "] }}";
    rule.more = more;
    return rule;
  }

  std::optional<page_rule> behind_half_a_page() {
    const auto half = halved(api_, first_, key_);
    if (!half) {
      return std::nullopt;
    }
    const auto& [name, size] = half->with.front();
    notes_.push_back(name + "=" + size + " brought so many records; what follows was tried behind these");
    const answer_hints hints = half->hints();
    auto rule = by_hints(*half, hints);
    return rule ? rule : by_counting(*half, hints);
  }

  const page_questions& api_;
  const first_page& first_;
  const std::string& key_;
  std::vector<value> records_;
  std::optional<first_page> larger_;
  std::vector<std::string> notes_;
  std::set<std::string> ignored_;
};

}  // namespace

tried_pages try_pages(const page_questions& api, const first_page& first, const std::string& key) {
  return trials(api, first, key).run();
}

}  // namespace ingest::rest
