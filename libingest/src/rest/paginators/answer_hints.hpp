#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A way to the page behind an answer, as many APIs tell it.
struct page_way {
  enum class kind : std::uint8_t {
    url,          ///< the URL of the next page, or its path
    token,        ///< what a parameter of the next request is to be
    next_number,  ///< the number of the next page, or its offset
    page,         ///< the number of this page; how many there are is known
    offset,       ///< the offset of this page; how many records there are is known
    pages,        ///< how many pages there are, counted from 1; not which one this is
  };
  kind what = kind::url;
  std::string place;      ///< "meta.next_cursor", "the header Link"
  std::string parameter;  ///< by which it is asked for, most likely; "" for URLs
  /// URL, token or number of the page that comes next; of `page` and `offset` that of this one. Nothing: the way is
  /// there, and says that this was the last page.
  std::optional<value> at = {};
  std::int64_t total = 0;       ///< of `page` and `pages`: the number of the last page; of `offset`: records
  bool total_is_exact = false;  ///< of `page`: it is known what pages are counted from
};

/// Whether pages are counted this way, so that the next one is known without being named.
bool counts(page_way::kind what);

/// Whether a page that is told to be one of so many is not the last of them, whether they are counted from 0 or from 1.
bool has_pages_behind(const page_way& way);

/// What an answer says of what comes behind it, beside its records.
struct answer_hints {
  std::vector<page_way> ways;              ///< those that say most, and can be trusted most, first
  std::vector<std::string> unheeded = {};  ///< places that look as if more came, of which no way can be made
  std::optional<bool> more = {};           ///< `has_more` and its like
  std::string more_place = {};
  std::optional<std::int64_t> total = {};  ///< records there are, on all pages
  bool total_is_sure = true;               ///< false: it may be that of this page alone
};

/// `response` is the answer's JSON, without records or with them: lists are not looked into, but those of links
/// ([{rel: next, href: …}]). `in_list`: the answer is a
/// list, and `response` its first record, which says nothing. `headers` as pagination strategies know them.
///
/// Ways are believed in the answer itself and in members that are called as what such things stand in ("meta", "links",
/// "pagination" …). Elsewhere what looks like one is `unheeded`: it may belong to something else.
answer_hints hints_in(const value& response, const value& headers, bool in_list);

/// What contradicts that this is the last page: "`meta.has_more` is true"; "" for nothing. `extracted`: how many
/// records all pages so far had, if that is known.
std::string contradiction_of_end(const answer_hints& hints, std::optional<std::size_t> extracted);

}  // namespace ingest::rest
