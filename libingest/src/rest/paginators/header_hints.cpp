#include "rest/paginators/header_hints.hpp"

#include <map>
#include <string_view>

#include "ingest/error.hpp"
#include "rest/paginators/hint_names.hpp"
#include "rest/paginators/hint_values.hpp"
#include "rest/paginators/hint_walk.hpp"

namespace ingest::rest {

namespace {

struct header_name {
  std::string_view plain;
  std::string_view shown;
  std::string_view parameter = {};
};

constexpr header_name nexts[] = {
    {"xnextpage", "X-Next-Page"},        {"xpaginationnext", "X-Pagination-Next"},
    {"xnextpageurl", "X-Next-Page-Url"}, {"xnext", "X-Next"},
    {"xnextlink", "X-Next-Link"},        {"xnexturl", "X-Next-Url"},
};
constexpr header_name token_headers[] = {
    {"xnextcursor", "X-Next-Cursor", "cursor"},
    {"xnexttoken", "X-Next-Token", "next_token"},
    {"xnextpagetoken", "X-Next-Page-Token", "page_token"},
    {"xcontinuationtoken", "X-Continuation-Token", "continuation_token"},
    {"xmscontinuationtoken", "X-MS-ContinuationToken", "continuationToken"},
};
constexpr header_name flags[] = {
    {"xhasmore", "X-Has-More"},
    {"xhasnext", "X-Has-Next"},
    {"xhasnextpage", "X-Has-Next-Page"},
    {"xhasmorepages", "X-Has-More-Pages"},
};
constexpr header_name pages[] = {
    {"xpage", "X-Page"},
    {"xcurrentpage", "X-Current-Page"},
    {"xpaginationcurrentpage", "X-Pagination-Current-Page"},
    {"xpaginationpage", "X-Pagination-Page"},
};
constexpr header_name counts_of_pages[] = {
    {"xtotalpages", "X-Total-Pages"},
    {"xpagecount", "X-Page-Count"},
    {"xpaginationpagecount", "X-Pagination-Page-Count"},
    {"xpaginationtotalpages", "X-Pagination-Total-Pages"},
};
constexpr std::string_view totals[] = {
    "xtotal",        "xtotalcount", "xpaginationtotalcount", "xpaginationtotal", "xtotalresults", "xtotalresultscount",
    "xtotalrecords", "xtotalitems", "xitemstotal",           "xwptotal",
};

class header_look {
 public:
  header_look(const value& headers, answer_hints& hints) : hints_(hints) {
    for (const auto& [name, content] : headers.members()) {
      if (name.is_text() && content.is_text()) {
        all_.emplace(plain_name(name.text()), &content);
      }
    }
  }

  void look() {
    look_for_next();
    for (const header_name& name : flags) {
      const value* const said = find(name.plain);
      if (const auto more = said == nullptr ? std::nullopt : truth_in(*said)) {
        hints_.more = hints_.more.value_or(false) || *more;
        hints_.more_place = shown(name);
      }
    }
    look_for_counts();
    look_at_range();
    look_at_json();
  }

 private:
  const value* find(std::string_view plain) const {
    const auto found = all_.find(plain);
    return found == all_.end() ? nullptr : found->second;
  }

  std::optional<std::int64_t> number(std::string_view plain) const {
    const value* const found = find(plain);
    return found == nullptr ? std::nullopt : number_in(*found);
  }

  static std::string shown(const header_name& name) { return "the header " + std::string(name.shown); }

  static bool is_said_to_be_none(const value& content) {
    return content.text().find_first_not_of(" \t") == std::string::npos || content.text() == "null";
  }

  void look_for_next() {
    for (const header_name& name : nexts) {
      if (const value* const next = find(name.plain)) {
        add_next(name, *next);
        numbered_ = true;
      }
    }
    for (const header_name& name : token_headers) {
      if (const value* const token = find(name.plain)) {
        hints_.ways.push_back({page_way::kind::token, shown(name), std::string(name.parameter),
                               is_said_to_be_none(*token) ? std::nullopt : std::optional(*token)});
      }
    }
    if (const value* const token = find("xmscontinuation"); token != nullptr && !is_said_to_be_none(*token)) {
      hints_.unheeded.emplace_back("the header X-MS-Continuation");
    }
  }

  void add_next(const header_name& name, const value& next) {
    const auto page = number_in(next);
    const bool nothing = is_said_to_be_none(next) || page == 0;
    if (is_absolute(next.text())) {
      hints_.ways.push_back({page_way::kind::url, shown(name), "", next});
    } else if (page || nothing) {
      hints_.ways.push_back({page_way::kind::next_number, shown(name), "page",
                             nothing ? std::nullopt : std::optional(value::integer_of(*page))});
    } else {
      hints_.unheeded.push_back(shown(name));
    }
  }

  void look_for_counts() {
    for (const std::string_view name : totals) {
      if (const auto total = number(name)) {
        hints_.total = total;
        hints_.total_is_sure = true;
      }
    }
    if (const auto last = number("xwptotalpages")) {
      hints_.ways.push_back({page_way::kind::pages, "the header X-WP-TotalPages", "page", {}, *last});
    }
    for (const header_name& count : counts_of_pages) {
      if (const auto last = number(count.plain); last && !numbered_) {
        add_pages(count, *last);
      }
    }
  }

  void add_pages(const header_name& count, std::int64_t last) {
    for (const header_name& name : pages) {
      if (const auto page = number(name.plain)) {
        hints_.ways.push_back({page_way::kind::page, shown(name), "page", value::integer_of(*page), last});
        return;
      }
    }
    if (last > 1) {
      hints_.unheeded.push_back(shown(count));  // counted from 0 or from 1
    }
  }

  /// "items 0-24/319", "0-24/319": RFC 9110, section 14.4, with other units than bytes.
  void look_at_range() {
    const value* const said = find("contentrange");
    const std::string text = said == nullptr ? "" : said->text();
    const std::size_t dash = text.find('-');
    const std::size_t slash = text.find('/');
    if (dash == std::string::npos || slash == std::string::npos || slash < dash || text.starts_with("bytes")) {
      return;
    }
    const auto last = number_in(value::text_of(text.substr(dash + 1, slash - dash - 1)));
    const auto total = number_in(value::text_of(text.substr(slash + 1)));
    if (last && total && *last + 1 < *total) {
      hints_.unheeded.emplace_back("the header Content-Range");
    } else if (last && total) {
      hints_.more = hints_.more.value_or(false);
      hints_.more_place = hints_.more_place.empty() ? "the header Content-Range" : hints_.more_place;
    }
  }

  /// X-Pagination of ASP.NET: {"totalCount":319,"currentPage":1,"totalPages":13}.
  void look_at_json() {
    const value* const said = find("xpagination");
    if (said == nullptr || !said->text().starts_with('{')) {
      return;
    }
    try {
      hint_walk walk(hints_);
      walk.walk(value::from_json(said->text()), "the header X-Pagination", true);
      walk.add_counted();
    } catch (const error&) {
      hints_.unheeded.emplace_back("the header X-Pagination");
    }
  }

  answer_hints& hints_;
  std::map<std::string, const value*, std::less<>> all_;
  bool numbered_ = false;  // the next page's number is said, or that there is none
};

}  // namespace

void look_at_headers(const value& headers, answer_hints& hints) {
  const value* const links = headers.find("link");
  const value* const next = links == nullptr || !links->is_dict() ? nullptr : links->find("next");
  const value* const url = next == nullptr || !next->is_dict() ? nullptr : next->find("url");
  if (url != nullptr) {
    hints.ways.push_back({page_way::kind::url, "the header Link", "", *url});
  } else if (links != nullptr && links->is_dict() &&
             (links->find("prev") != nullptr || links->find("last") != nullptr)) {
    hints.ways.push_back({page_way::kind::url, "the header Link", ""});
  }
  header_look(headers, hints).look();
}

}  // namespace ingest::rest
