// What a page_reader makes of answers with a good status that are no page, or a page that does not say how to go on.
// The rules are in docs/api_answers.md.
#include "datasync/page_reader.hpp"
#include "log/quotable.hpp"

namespace ingest::detail {

namespace {

// An answer that makes no sense is asked for so often; longer would not help.
constexpr unsigned most_odd_answers = 5;

// In a circle the next try may lead on for a while.
constexpr unsigned most_returns = 10;

}  // namespace

/// An end that may be an error in disguise is believed if the API insists: if it is all that it says, again and again,
/// with as many events.
bool page_reader::insisted(const response& r, attempts& tried, std::uint64_t rows, const std::string& said) {
  tried.doubtful_ends = tried.events_at_end == rows ? tried.doubtful_ends + 1 : 1;
  tried.events_at_end = rows;
  tried.end_was_doubted = true;
  if (tried.doubtful_ends >= most_odd_answers) {
    return true;
  }
  try_again(r.target, {r.result->status, said + ": asking again whether this really is the end"}, tried);
  return false;
}

/// 204 is an empty last page, if the API insists.
std::optional<parsed_page> page_reader::no_content(const response& r, attempts& tried) {
  return insisted(r, tried, 0, "HTTP 204, no content") ? std::optional(parsed_page{}) : std::nullopt;
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
        ever ? error(errc::bad_data, said) : error(errc::config, said + "; check `base_url` and `events_path`"));
}

/// Whether the page can be gone on from. What it means is told in docs/api_answers.md.
bool page_reader::understood(const response& r, attempts& tried, parsed_page& page) {
  if (page.has_more && !page.next_cursor) {
    doubt(r, tried, {errc::bad_data, r.target.request() + " says that there is more, but not where: no next cursor"});
    return false;
  }
  const auto& cursor = at_.position().cursor;
  if (page.rows == 0 && page.has_more && page.next_cursor == cursor) {
    if (page.known_by == parsed_page::evidence::has_more) {
      doubt(r, tried,
            {errc::bad_data, r.target.request() + " says that there is more, on an empty page that leads to itself"});
      return false;
    }
    // Nothing here, and nowhere to go on. Nobody said that this is the end: what could not be read now is told so, too.
    page.has_more = false;
    page.doubtful_end = true;
  }
  if (at_.is_led_back_by(page)) {
    doubt_return(r, tried);
    return false;
  }
  if (page.doubtful_end) {
    const verdict words = judge_words(*r.result, r.target.stream, cursor.has_value());
    if (words != verdict::not_acceptable) {
      act_on(words, r, tried);
      return false;
    }
    if (!insisted(r, tried, 0, answer_of(*r.result) + " with an empty page that leads no further")) {
      return false;
    }
  }
  const bool silent = page.known_by == parsed_page::evidence::nothing && !only_one_page_;
  return !silent || understood_silence(r, tried, page);
}

/// A page that does not say whether there is more: that of an API which leaves out what is false or empty, or what
/// somebody on the way answers in place of one.
bool page_reader::understood_silence(const response& r, attempts& tried, const parsed_page& page) {
  if (page.rows >= api_->full_page(tried.half.value_or(limit_.events()))) {
    ask_for_half(r, tried, page.rows);
    return false;
  }
  return insisted(r, tried, page.rows,
                  answer_of(*r.result) + " with " + std::to_string(page.rows) +
                      " events and without a word on whether there are more");
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

/// A part, which nobody has asked for, must not pass for the whole.
void page_reader::doubt_part(const response& r, attempts& tried) {
  const auto range = r.result->header("Content-Range");
  doubt(r, tried,
        {errc::bad_data, r.target.request() + " answered HTTP 206, a part of the page" +
                             (range ? " (Content-Range: " + quotable(*range) + ")" : "") +
                             ", though all of it was asked for: see what stands between here and the API"});
}

/// A page that leads back: an old one out of a cache, which another try may get past, or one of a circle.
void page_reader::doubt_return(const response& r, attempts& tried) {
  const error last(errc::bad_data, r.target.request() +
                                       " says that there is more at a cursor that it had returned before: its pages "
                                       "would repeat for ever, or come out of a cache that should be passed by");
  if (++returns_ > most_returns) {
    throw last;
  }
  doubt(r, tried, last);
}

/// An answer that makes no sense: a few more tries, then `last`.
void page_reader::doubt(const response& r, attempts& tried, const error& last) {
  if (++tried.odd_answers >= most_odd_answers) {
    throw last;
  }
  try_again(r.target, {r.result->status, last.what()}, tried);
}

}  // namespace ingest::detail
