// What a page_reader makes of answers with a good status that are no page, or a page that does not say how to go on.
// The rules are in docs/api_answers.md.
#include "http/page_reader.hpp"

namespace ingest::detail {

namespace {

// An answer that makes no sense is asked for so often; longer would not help.
constexpr unsigned most_odd_answers = 5;

}  // namespace

/// An end that may be an error in disguise is believed if the API insists: if it is all that it says, again and again.
bool page_reader::insisted(const response& r, attempts& tried, const std::string& said) {
  if (++tried.doubtful_ends >= most_odd_answers) {
    return true;
  }
  try_again(r.target, {r.result->status, said + ": asking again whether this really is the end"}, tried);
  return false;
}

/// 204 is an empty last page, if the API insists.
std::optional<parsed_page> page_reader::no_content(const response& r, attempts& tried) {
  return insisted(r, tried, "HTTP 204, no content") ? std::optional(parsed_page{}) : std::nullopt;
}

/// The answer has a good status and is no page.
void page_reader::refuse(const response& r, const not_a_page& e, attempts& tried) {
  const std::string said = r.target.request() + " answered " + answer_of(*r.result) + ": " + e.what();
  switch (e.what_it_is()) {
    case not_a_page::kind::disturbed:
      return try_again(r.target, {r.result->status, e.what()}, tried);
    case not_a_page::kind::refusal: {
      const verdict v = judge_words(*r.result, r.target.stream, at_.position().cursor.has_value());
      return v == verdict::not_acceptable ? doubt(r, tried, {errc::unavailable, said, false}) : act_on(v, r, tried);
    }
    case not_a_page::kind::unreadable:
      break;
  }
  const bool ever = !at_.position().at_start() || api_->has_pages();
  doubt(r, tried,
        ever ? error(errc::bad_data, said) : error(errc::config, said + "; check API_BASE_URL and EVENTS_PATH"));
}

/// Whether the page can be gone on from. What it means is told in docs/api_answers.md.
bool page_reader::understood(const response& r, attempts& tried, parsed_page& page) {
  if (page.has_more && !page.next_cursor) {
    doubt(r, tried, {errc::bad_data, r.target.request() + " says that there is more, but not where: no next cursor"});
    return false;
  }
  const auto& cursor = at_.position().cursor;
  if (page.rows == 0 && page.has_more && page.next_cursor == cursor) {
    if (page.known_by == parsed_page::evidence::next_cursor) {
      page.has_more = false;  // nothing here, and nowhere to go on
      return true;
    }
    doubt(r, tried,
          {errc::bad_data, r.target.request() + " says that there is more, on an empty page that leads to itself"});
    return false;
  }
  if (page.doubtful_end) {
    const verdict words = judge_words(*r.result, r.target.stream, cursor.has_value());
    if (words != verdict::not_acceptable) {
      act_on(words, r, tried);
      return false;
    }
    if (!insisted(r, tried, answer_of(*r.result) + " with an empty last page")) {
      return false;
    }
  }
  const bool silent = page.known_by == parsed_page::evidence::nothing && !only_one_page_;
  if (silent && page.rows >= api_->full_page(tried.half.value_or(limit_.events()))) {
    ask_for_half(r, tried, page.rows);
    return false;
  }
  return true;
}

/// A full page says nothing of whether there is more. An API that leaves out what is false or empty will say it of half
/// of that page, behind which there is more for sure.
void page_reader::ask_for_half(const response& r, attempts& tried, std::size_t rows) {
  if (tried.half || rows == 1) {
    throw error(errc::bad_data,
                r.target.request() +
                    " says neither by hasMore nor by nextCursor whether there are more events behind a full page" +
                    (tried.half ? ", and not even behind half of it" : "") +
                    ", so nobody knows whether this is the end: an API that pages in another way cannot be read");
  }
  tried.half = rows / 2;
  ++tried.odd_answers;
}

/// An answer that makes no sense: a few more tries, then `last`.
void page_reader::doubt(const response& r, attempts& tried, const error& last) {
  if (++tried.odd_answers >= most_odd_answers) {
    throw last;
  }
  try_again(r.target, {r.result->status, last.what()}, tried);
}

}  // namespace ingest::detail
