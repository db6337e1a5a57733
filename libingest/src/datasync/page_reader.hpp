#pragma once

#include <memory>
#include <optional>
#include <string>

#include "datasync/http_api.hpp"
#include "datasync/http_verdict.hpp"
#include "datasync/page_limit.hpp"
#include "datasync/page_parser.hpp"
#include "datasync/slice_cursor.hpp"

namespace ingest::detail {

/// Reads the pages of a time window one after the other and sees to everything that may go wrong with one: it waits for
/// rate limits, retries, renews tokens, replaces cursors. While a page is parsed, the request for the next one is under
/// way already. To be used by one thread.
class page_reader {
 public:
  /// What is to be read, beginning at `from`.
  struct task {
    slice_id slice = 0;  ///< for the log and the count of events
    time_window window = {};
    http_position from = {};
    std::size_t limit = 5000;  ///< events a page
    bool only_one_page = false;
  };

  page_reader(std::shared_ptr<http_api> api, task t, std::stop_token stop);
  ~page_reader();
  page_reader(const page_reader&) = delete;
  page_reader& operator=(const page_reader&) = delete;

  /// Reads the next page, appends its rows to `rows`, and moves on. Throws as source::read().
  parsed_page next(std::string& rows);

  /// Where the next page begins.
  const http_position& position() const { return at_.position(); }

 private:
  /// What happened to the page that is being asked for.
  struct attempts {
    retry_schedule schedule;
    unsigned token_refusals = 0;
    unsigned gateway_errors = 0;
    unsigned odd_answers = 0;
    unsigned doubtful_ends = 0;  ///< in a row, each with as many events
    std::uint64_t events_at_end = 0;
    bool end_was_doubted = false;  ///< by the answer that came last
    /// Events to ask for, where the whole page did not say whether there is more.
    std::optional<std::size_t> half = {};
  };

  /// A request that was sent before anyone asked for its page.
  struct early_request {
    http_api::target target;
    std::string cursor;
    timing::clock::time_point sent;
    std::uint64_t sent_us;  ///< the same, on the run's clock
  };

  /// An answer, and from where.
  struct response {
    http_api::target target;
    const http_result* result;
  };

  parsed_page fetch(std::string& rows);
  void bear_emptiness(const parsed_page& page);
  std::optional<response> request_page(attempts& tried);
  std::optional<response> take_early_response();
  void request_early(const http_api::target& target, std::string_view body);
  std::optional<parsed_page> digest(const response& r, attempts& tried, std::string& rows);
  void act_on(verdict v, const response& r, attempts& tried);
  std::optional<parsed_page> parse(const response& r, attempts& tried, std::string& rows);
  bool insisted(const response& r, attempts& tried, std::uint64_t rows, const std::string& said);
  std::optional<parsed_page> no_content(const response& r, attempts& tried);
  void refuse(const response& r, const not_a_page& e, attempts& tried);
  bool understood(const response& r, attempts& tried, parsed_page& page);
  bool understood_silence(const response& r, attempts& tried, const parsed_page& page);
  void ask_for_half(const response& r, attempts& tried, std::size_t rows);
  void doubt_part(const response& r, attempts& tried);
  void doubt_return(const response& r, attempts& tried);
  void doubt(const response& r, attempts& tried, const error& last);
  void retry(const response& r, attempts& tried);
  void try_again(const http_api::target& target, const request_failure& failure, attempts& tried);
  void ask_for_less(const http_api::target& target);
  void note_window(const http_api::target& target, const parsed_page& page);
  void renew_token(const response& r, attempts& tried);
  void reset_cursor(const http_api::target& target, errc code, const std::string& why);
  void tell_of_new_start(const std::string& why);
  bool wait_for_turn(const http_api::target& target);
  http_request request_to(const http_api::target& target, const std::optional<std::string>& cursor,
                          std::size_t limit) const;

  std::shared_ptr<http_api> api_;
  const request_context& context_;
  slice_id slice_;
  slice_cursor at_;
  page_limit limit_;
  bool only_one_page_;
  std::stop_token stop_;
  std::unique_ptr<page_parser> parser_;
  std::unique_ptr<http_client> client_;
  std::optional<early_request> early_;
  unsigned returns_ = 0;  // of pages that led back
  bool met_ = false;      // the event of slice_cursor::sought_id(), on the page that was parsed last
  std::optional<timing::clock::time_point> empty_since_;
};

/// A look at a time window: its first page, of few events, whose rows are not kept. Throws as source::read().
parsed_page look(const std::shared_ptr<http_api>& api, const time_window& window, const std::stop_token& stop);

}  // namespace ingest::detail
