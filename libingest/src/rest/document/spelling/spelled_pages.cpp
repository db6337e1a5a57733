#include <algorithm>

#include "rest/document/spelling/made_dict.hpp"
#include "rest/document/spelling/spelling.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

std::int64_t whole(spelling& s, const node& of, std::string_view name, std::int64_t otherwise,
                   const std::string& what) {
  const node* const found = spelling::at(of, name);
  if (found == nullptr) {
    return otherwise;
  }
  const value& v = found->scalar();
  if (v.kind() != value::kind::integer || !v.fits_64_bits() || v.integer() < 0) {
    s.complain(*found, "`" + std::string(name) + "` of " + what + " must be a whole number");
    return otherwise;
  }
  return v.integer();
}

std::string place_of(spelling& s, const node& of, const std::string& what, const std::string& body) {
  const node* const in = spelling::at(of, "in");
  const std::string_view place = in == nullptr ? "query" : in->text();
  if (place == "body" && !body.empty()) {
    return body;
  }
  if (place != "query" && place != "header") {
    s.complain(*in, "`in` of " + what + " must be query, header, or body where the stream has `json` or `form`");
  }
  return std::string(place);
}

/// page and offset. They end with a page that is empty: an API may give fewer records than it was asked for.
node counted(spelling& s, const node& of, const std::string& kind, const std::string& body) {
  const std::string what = "`paginate: " + kind + "`";
  const bool pages = kind == "page";
  if (pages) {
    s.check(of, what, {"param", "start", "size", "size_param", "in", "stop"});
  } else {
    s.check(of, what, {"param", "size", "size_param", "in", "stop"});
  }
  made_dict strategy(of.line(), pages ? "PageIncrement" : "OffsetIncrement");
  strategy.set_flag("inject_on_first_request");
  if (pages) {
    strategy.set_number("start_from_page", whole(s, of, "start", 1, what));
  }
  const std::int64_t size = whole(s, of, "size", 0, what);
  const node* const stop = spelling::at(of, "stop");
  const std::string_view stops = stop == nullptr ? "empty" : stop->text();
  if (stops != "empty" && stops != "short") {
    s.complain(*stop, "`stop` of " + what + " must be empty (the end is a page without records) or short");
  }
  if (size > 0 && stops == "short") {
    strategy.set_number("page_size", size);
  } else if (stops == "short") {
    s.complain(*stop, "`stop: short` needs the `size` of pages");
  }
  if (const node* const name = spelling::at(of, "size_param"); name != nullptr && (size == 0 || name->text().empty())) {
    s.complain(*name, "`size_param` of " + what + " must be a name, beside a `size`");
  }
  const std::string param = spelling::at(of, "param") == nullptr ? kind : s.text(of, "param", what);
  made_dict made(of.line(), "DefaultPaginator");
  made.set("page_token_option", spelled_option(of.line(), param, place_of(s, of, what, body)));
  return made.set("pagination_strategy", strategy);
}

/// "(response.get('meta') or {}).get('next')": an answer may do without all of it.
std::string access_to(const std::string& path) {
  std::string access = "response";
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    access = (begin == 0 ? access : "(" + access + " or {})") + ".get(" +
             value::text_of(path.substr(begin, dot - begin)).to_repr() + ")";
    begin = dot + 1;
  }
  return access;
}

node watched(const node& of, const made_dict& strategy) {
  return made_dict(of.line(), "WatchedPagination").set("strategy", strategy);
}

node by_cursor(spelling& s, const node& of, const std::string& body) {
  s.check(of, "`paginate: cursor`", {"param", "from", "more", "in"});
  made_dict strategy(of.line(), "CursorPagination");
  const std::string from = s.required_text(of, "from", "`paginate: cursor`");
  strategy.set("cursor_value", from.find("{{") != std::string::npos ? from : "{{ " + access_to(from) + " | itself }}");
  if (const std::string more = s.text(of, "more", "`paginate: cursor`"); !more.empty()) {
    strategy.set("stop_condition", "{{ not " + access_to(more) + " }}");
  }
  made_dict made(of.line(), "DefaultPaginator");
  made.set("page_token_option", spelled_option(of.line(), s.required_text(of, "param", "`paginate: cursor`"),
                                               place_of(s, of, "`paginate: cursor`", body)));
  return made.set("pagination_strategy", watched(of, strategy));
}

node by_path(const node& of, const std::string& cursor, const std::string& stop) {
  made_dict strategy(of.line(), "CursorPagination");
  strategy.set("cursor_value", cursor);
  if (!stop.empty()) {
    strategy.set("stop_condition", stop);
  }
  made_dict made(of.line(), "DefaultPaginator");
  made.set("page_token_option", made_dict(of.line(), "RequestPath"));
  return made.set("pagination_strategy", watched(of, strategy));
}

node by_url(spelling& s, const node& of) {
  const std::string from = of.is_dict() ? s.required_text(of, "from", "`paginate: next_url`") : std::string(of.text());
  if (of.is_dict()) {
    s.check(of, "`paginate: next_url`", {"from"});
  }
  return by_path(of, "{{ " + access_to(from.empty() ? "next" : from) + " }}", "");
}

/// What the requests ask for, where a parameter is called as such things are.
std::int64_t size_in(const node& params) {
  for (const node::member& p : params.members()) {
    const value& v = p.content.scalar();
    if (asks_for_size(plain_name(p.name)) && v.kind() == value::kind::integer && v.fits_64_bits()) {
      return v.integer();
    }
  }
  return 0;
}

node found(const node& of, const node& params) {
  made_dict strategy(of.line(), "FoundPagination");
  if (const std::int64_t size = size_in(params); size > 0) {
    strategy.set_number("page_size", size);
  }
  return made_dict(of.line(), "DefaultPaginator").set("pagination_strategy", strategy);
}

}  // namespace

node spelled_pages(spelling& s, const node& paginate, const node& params, const std::string& body) {
  const bool named = paginate.is_text();
  if (!named && (!paginate.is_dict() || paginate.members().size() != 1)) {
    if (!paginate.is_none()) {
      s.complain(paginate,
                 "`paginate` must be one of page, offset, cursor, next_url, link_header, none, auto, or a dict "
                 "with one of them and its options: paginate: {page: {start: 0}}");
    }
    return found(paginate, params);
  }
  const std::string kind = named ? std::string(paginate.text()) : paginate.members().front().name;
  const node options = named ? node::dict({}, paginate.line()) : paginate.members().front().content;
  const node of = options.is_none() ? node::dict({}, paginate.line()) : options;
  if (kind == "page" || kind == "offset") {
    return counted(s, of, kind, body);
  }
  if (kind == "cursor") {
    return by_cursor(s, of, body);
  }
  if (kind == "next_url") {
    return by_url(s, named ? node::text("next", paginate.line()) : of);
  }
  if (kind == "link_header") {
    return by_path(of, "{{ headers['link']['next']['url'] }}", "{{ 'next' not in headers['link'] }}");
  }
  if (kind == "none") {
    return made_dict(of.line(), "NoPagination");
  }
  if (kind != "auto") {
    s.check(node::dict({{kind, paginate}}, paginate.line()), "`paginate`",
            {"page", "offset", "cursor", "next_url", "link_header", "none", "auto"});
  }
  return found(paginate, params);
}

}  // namespace ingest::rest
