#include "rest/paginators/hint_names.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace ingest::rest {

namespace {

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view plain) {
  return std::find(std::begin(names), std::end(names), plain) != std::end(names);
}

constexpr std::string_view lists_of_records[] = {"data",    "items", "results", "records", "entries",
                                                 "objects", "rows",  "values",  "value",   "list",
                                                 "content", "docs",  "hits",    "elements"};
constexpr std::string_view lists_of_others[] = {"errors",  "warnings", "links",  "included",    "facets",
                                                "filters", "columns",  "fields", "messages",    "notices",
                                                "expands", "actions",  "schema", "aggregations"};

constexpr std::string_view holders[] = {
    "meta",   "metadata", "links",   "pagination", "paging",  "page",     "pages",          "pageinfo",         "pager",
    "cursor", "cursors",  "result",  "results",    "data",    "response", "body",           "responsemetadata", "info",
    "list",   "listinfo", "control", "navigation", "payload", "d",        "paginationinfo", "additionaldata",
};
constexpr std::string_view lists_of_links[] = {"link", "links"};

constexpr std::string_view next_urls[] = {
    "next",        "nexturl",      "nextlink",     "nexthref",      "nexturi",        "nextpage",       "nextpageurl",
    "nextpageuri", "nextpagelink", "nextpagehref", "odatanextlink", "nextrecordsurl", "nextpagenumber",
};

constexpr std::string_view more_flags[] = {
    "hasmore", "hasnext",       "hasnextpage", "hasmorepages", "hasmoreitems", "hasmoredata", "hasmoreresults",
    "more",    "moreavailable", "morerecords", "moreresults",  "istruncated",  "truncated",   "moreitemsincollection",
};

constexpr std::string_view last_flags[] = {"islast", "islastpage", "last",      "lastpage",     "done",
                                           "isdone", "isfinal",    "endofdata", "endofrecords", "endofresults"};
constexpr std::string_view complete_flags[] = {"complete", "iscomplete"};

constexpr std::string_view next_objects[] = {
    "next",     "nextpage",     "nextkey",           "nextcursor",       "nexttoken",   "nextpagetoken",   "nextlink",
    "continue", "continuation", "continuationtoken", "lastevaluatedkey", "nextrequest", "nextpagerequest",
};

constexpr token_name tokens[] = {
    {"nextcursor", "cursor", "cursor"},
    {"cursornext", "cursor", "cursor"},
    {"nextpagetoken", "page_token", "pageToken"},
    {"nextpagecursor", "page_cursor", "pageCursor"},
    {"nexttoken", "next_token", "nextToken"},
    {"nextmarker", "marker", "marker"},
    {"nextoffset", "offset", "offset"},
    {"nextstart", "start", "start"},
    {"continuationtoken", "continuation_token", "continuationToken"},
    {"nextcontinuationtoken", "continuation_token", "continuationToken"},
    {"after", "after", "after"},
    {"endcursor", "after", "after"},
};

constexpr std::string_view page_counters[] = {"page", "currentpage", "pagenumber", "pageno", "pagenum", "number"};
constexpr std::string_view pages_counters[] = {"totalpages", "pagecount",  "lastpage",       "numpages",
                                               "pages",      "pagestotal", "totalpagecount", "numberofpages"};
constexpr std::string_view pages_counters_from_0[] = {"nbpages"};
constexpr std::string_view offset_counters[] = {"offset", "skip", "start", "startat", "from"};
constexpr std::string_view record_counters[] = {"total",        "totalcount", "totalresults",  "totalrecords",
                                                "totalitems",   "totalhits",  "totalelements", "numfound",
                                                "recordstotal", "totalsize",  "totalentries",  "nbhits"};
constexpr std::string_view left_counters[] = {"remaining",          "remainingcount",   "remainingitems",
                                              "remainingitemcount", "remainingrecords", "remainingresults"};
constexpr std::string_view told_sizes[] = {"perpage",        "pagesize",       "itemsperpage",
                                           "resultsperpage", "recordsperpage", "hitsperpage"};

constexpr std::string_view sizes[] = {"limit", "perpage", "pagesize", "size",      "maxresults", "top",
                                      "first", "take",    "rows",     "pagelimit", "results",    "max"};

constexpr std::string_view parts_of_more[] = {"next",   "continu",          "cursor",  "marker",
                                              "scroll", "lastevaluatedkey", "hasmore", "truncated"};

/// Of this page, or of those before it.
constexpr std::string_view parts_of_less[] = {"prev", "before", "start", "first", "current"};

}  // namespace

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      plain += static_cast<char>(std::tolower(byte));
    }
  }
  return plain;
}

bool names_records(std::string_view plain) {
  return is_one_of(lists_of_records, plain);
}

bool names_no_records(std::string_view plain) {
  return is_one_of(lists_of_others, plain) || plain.ends_with("errors") || plain.ends_with("warnings") ||
         plain.ends_with("messages");
}

bool holds_hints(std::string_view plain) {
  return is_one_of(holders, plain);
}

bool lists_links(std::string_view plain) {
  return is_one_of(lists_of_links, plain);
}

bool names_next_url(std::string_view plain) {
  return is_one_of(next_urls, plain);
}

bool says_more(std::string_view plain) {
  return is_one_of(more_flags, plain);
}

bool says_last(std::string_view plain) {
  return is_one_of(last_flags, plain);
}

std::optional<token_name> token_parameter(std::string_view plain) {
  const auto* const found =
      std::find_if(std::begin(tokens), std::end(tokens), [plain](const token_name& t) { return t.plain == plain; });
  return found == std::end(tokens) ? std::nullopt : std::optional(*found);
}

bool counts_page(std::string_view plain) {
  return is_one_of(page_counters, plain);
}

bool counts_pages(std::string_view plain) {
  return is_one_of(pages_counters, plain);
}

bool counts_pages_from_0(std::string_view plain) {
  return is_one_of(pages_counters_from_0, plain);
}

bool counts_offset(std::string_view plain) {
  return is_one_of(offset_counters, plain);
}

bool counts_records(std::string_view plain) {
  return is_one_of(record_counters, plain);
}

bool counts_what_is_left(std::string_view plain) {
  return is_one_of(left_counters, plain);
}

bool tells_size(std::string_view plain) {
  return is_one_of(told_sizes, plain);
}

bool looks_like_more(std::string_view plain) {
  const auto has = [plain](std::string_view part) { return plain.find(part) != std::string_view::npos; };
  return plain == "more" || (std::any_of(std::begin(parts_of_more), std::end(parts_of_more), has) &&
                             std::none_of(std::begin(parts_of_less), std::end(parts_of_less), has));
}

bool says_complete(std::string_view plain) {
  return is_one_of(complete_flags, plain);
}

bool names_next_object(std::string_view plain) {
  return is_one_of(next_objects, plain);
}

bool asks_for_size(std::string_view plain) {
  return is_one_of(sizes, plain);
}

}  // namespace ingest::rest
