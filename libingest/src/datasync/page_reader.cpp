#include "datasync/page_reader.hpp"

#include <algorithm>

#include "datasync/looking_out.hpp"
#include "http/rate_headers.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

// Tokens may be revoked again and again, but not faster than a page is read.
constexpr unsigned most_token_refusals = 3;

// From then on a gateway error (502) is taken for what some servers send in place of "cursor expired".
constexpr unsigned gateway_errors_of_dead_cursor = 5;

constexpr std::chrono::milliseconds shortest_patience = std::chrono::minutes(1);

error not_acceptable(const http_api::target& target, const http_result& result) {
  return {errc::config, target.request() + " answered " + answer_of(result) +
                            advice_on(result, ": check `base_url` and `events_path`")};
}

void observe_limit(http_api& api, const http_api::target& target, const http_result& result) {
  const auto report = result.failure || target.stream ? std::nullopt : rate_report_in(result);
  if (report) {
    const request_context& context = api.context();
    api.limit_of(target).observe(report->remaining, report->reset, context.time.now(), context.clock.time_of(result));
  }
}

}  // namespace

page_reader::page_reader(std::shared_ptr<http_api> api, task t, std::stop_token stop)
    : api_(std::move(api)),
      context_(api_->context()),
      slice_(t.slice),
      at_(t.window, std::move(t.from)),
      limit_(t.limit),
      only_one_page_(t.only_one_page),
      stop_(std::move(stop)),
      parser_(make_page_parser(context_.options.parser)),
      client_(api_->take_client()) {}

page_reader::~page_reader() {
  api_->give_back(std::move(client_));
}

parsed_page page_reader::next(std::string& rows) {
  const auto size_before = rows.size();
  for (;;) {
    parsed_page page = fetch(rows);
    if (at_.advance(page, met_, context_.clock.now())) {
      limit_.page_was_good();
      bear_emptiness(page);
      return page;
    }
    rows.resize(size_before);
    tell_of_new_start(
        "going on by time did not lead back to where the slice was, or showed that its events are not in the order of "
        "their times");
  }
}

/// An API may have many empty pages on the way to the next event, but it must get there at last.
void page_reader::bear_emptiness(const parsed_page& page) {
  if (page.rows > 0 || !page.has_more) {
    empty_since_.reset();
    return;
  }
  const auto now = context_.time.now();
  empty_since_ = empty_since_.value_or(now);
  if (now - *empty_since_ > std::max(context_.options.retry.deadline, shortest_patience)) {
    throw error(errc::bad_data,
                "the API has returned nothing but empty pages that claim that there is more, for longer than "
                "`retry.deadline`: if it needs that long to get to the next event, raise that");
  }
}

parsed_page page_reader::fetch(std::string& rows) {
  attempts tried{retry_schedule(context_.options.retry)};
  for (;;) {
    throw_if_stopped(stop_);
    auto answer = take_early_response();
    if (!answer) {
      answer = request_page(tried);
    }
    if (!answer) {
      continue;
    }
    observe_limit(*api_, answer->target, *answer->result);
    tried.end_was_doubted = false;
    if (auto page = digest(*answer, tried, rows)) {
      return std::move(*page);
    }
    if (!tried.end_was_doubted) {
      tried.doubtful_ends = 0;  // this was another answer, so they are not in a row
    }
  }
}

/// The page, or nothing where another attempt is due.
std::optional<parsed_page> page_reader::digest(const response& r, attempts& tried, std::string& rows) {
  const http_result& result = *r.result;
  if (result.failure && result.failure->what == transport_failure::kind::too_large) {
    ask_for_less(r.target);
    return std::nullopt;
  }
  const verdict v = judge(result, r.target.stream, at_.position().cursor.has_value());
  if (v == verdict::page) {
    return parse(r, tried, rows);
  }
  act_on(v, r, tried);
  return std::nullopt;
}

/// What is to be done where there is no page.
void page_reader::act_on(verdict v, const response& r, attempts& tried) {
  const http_result& result = *r.result;
  switch (v) {
    case verdict::retry:
      return retry(r, tried);
    case verdict::token_refused:
      return renew_token(r, tried);
    case verdict::cursor_refused:
      return reset_cursor(r.target, errc::bad_data, "the API refused the cursor with " + answer_of(result));
    case verdict::key_refused:
      throw error(errc::authentication, r.target.request() + " answered " + answer_of(result) + ": check `api_key`");
    case verdict::page:
    case verdict::not_acceptable:
      break;
  }
  throw not_acceptable(r.target, result);
}

std::optional<parsed_page> page_reader::parse(const response& r, attempts& tried, std::string& rows) {
  const http_result& result = *r.result;
  if (result.status == 204) {
    return no_content(r, tried);
  }
  if (result.status == 206) {
    doubt_part(r, tried);
    return std::nullopt;
  }
  request_early(r.target, result.body);
  const auto begin = context_.counters.elapsed_us();
  const auto size_before = rows.size();
  parsed_page page;
  try {
    met_ = false;
    const record_encoder& encoder = *context_.options.encoder;
    const std::string* const sought = at_.sought_id();
    page = sought == nullptr ? parser_->parse(result.body, encoder, rows)
                             : parser_->parse(result.body, looking_out(encoder, *sought, met_), rows);
  } catch (const not_a_page& e) {
    refuse(r, e, tried);
    return std::nullopt;
  }
  context_.counters.parse_us += context_.counters.elapsed_us() - begin;
  if (!understood(r, tried, page)) {
    rows.resize(size_before);
    return std::nullopt;
  }
  if (page.has_more && !tried.half) {
    api_->note_page_with_more(page.rows);  // half a page would tell of our limit, not of the API's
  }
  context_.counters.bytes_fetched += result.body.size();
  if (page.total) {
    api_->note_total(slice_, *page.total);
  }
  note_window(r.target, page);
  return page;
}

void page_reader::note_window(const http_api::target& target, const parsed_page& page) {
  if (!target.stream || only_one_page_) {
    return;
  }
  api_->windows().any_page(slice_, at_.window(), page);
  if (at_.position().at_start()) {
    api_->windows().first_page(slice_, at_.window(), page);
  }
}

void page_reader::retry(const response& r, attempts& tried) {
  const request_failure failure = failure_of(context_, *r.result, &api_->limit_of(r.target));
  if (r.result->failure && r.result->failure->what == transport_failure::kind::timeout) {
    limit_.lower();  // fewer events may be ready in time
  }
  if (failure.rate_limited && failure.server_delay) {
    api_->limit_of(r.target).hold(*failure.server_delay, context_.time.now());
  }
  if (failure.status == 502 && at_.position().cursor && ++tried.gateway_errors >= gateway_errors_of_dead_cursor &&
      r.target.stream && at_.can_seek()) {
    tried.gateway_errors = 0;
    reset_cursor(r.target, errc::unavailable, "the API keeps answering HTTP 502 to the cursor");
  }
  try_again(r.target, failure, tried);
}

/// Waits until the next attempt is due. Once the schedule is used up, a cursor that may be to blame is given up before
/// all is.
void page_reader::try_again(const http_api::target& target, const request_failure& failure, attempts& tried) {
  if (back_off(context_, tried.schedule, failure, target.request(), stop_)) {
    return;
  }
  if (failure.status != 502 || !at_.position().cursor) {
    throw exhausted(tried.schedule, failure, target.request());
  }
  reset_cursor(target, errc::unavailable, "the API keeps answering HTTP 502 to the cursor");
  tried.schedule.reset();
}

/// The page would be too large again.
void page_reader::ask_for_less(const http_api::target& target) {
  const std::string cap = "`max_body_bytes`, " + std::to_string(context_.options.client.max_body_bytes) + " bytes";
  ++context_.counters.pages_too_large;
  if (!limit_.lower()) {
    throw error(errc::config,
                target.request() + ": even a page of a single event is larger than " + cap + ": raise it");
  }
  log::warning(events::page_too_large, "a page is larger than " + cap + "; asking for smaller pages for a while",
               {{"slice", slice_.name()}, {"limit", limit_.events()}});
}

void page_reader::renew_token(const response& r, attempts& tried) {
  api_->refuse_token(r.target);
  if (++tried.token_refusals > most_token_refusals) {
    throw error(errc::authentication, r.target.request() + " refuses even new stream tokens, with " +
                                          answer_of(*r.result) + ": check `api_key`");
  }
  // The first refusal is the way of things; whoever is refused again had better take his time.
  if (tried.token_refusals > 1) {
    try_again(r.target, failure_of(context_, *r.result), tried);
  }
}

void page_reader::reset_cursor(const http_api::target& target, errc code, const std::string& why) {
  if (!at_.reset(target.stream, code, why)) {
    return tell_of_new_start(why);
  }
  ++context_.counters.cursor_resets;
  log::warning(events::cursor_reset, why + "; going on by time, from a little before where the last page ended",
               {{"slice", slice_.name()}});
}

void page_reader::tell_of_new_start(const std::string& why) {
  ++context_.counters.cursor_resets;
  log::warning(events::cursor_reset, why + "; beginning the slice anew", {{"slice", slice_.name()}});
}

parsed_page look(const std::shared_ptr<http_api>& api, const time_window& window, const std::stop_token& stop) {
  constexpr std::size_t sample = 100;  // events
  std::string rows;
  const std::size_t limit = std::min(sample, api->context().options.batch_size);
  return page_reader(api, {.window = window, .limit = limit, .only_one_page = true}, stop).next(rows);
}

}  // namespace ingest::detail
