#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "rest/decoders/decoder.hpp"
#include "rest/paginators/page_lengths.hpp"
#include "rest/paginators/page_position.hpp"
#include "rest/paginators/pagination_guard.hpp"
#include "rest/paginators/paginator.hpp"
#include "rest/requests/requester.hpp"
#include "rest/selectors/record_selector.hpp"
#include "rest/streams/end_claims.hpp"
#include "rest/streams/missing_place.hpp"
#include "rest/streams/page_in_parts.hpp"
#include "rest/streams/query_properties.hpp"
#include "rest/streams/slice_reader.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// Puts what a slice stands for into a request: what cursors and partition routers do.
using slice_injection = std::function<void(request_options& to, const value& stream_slice, const variables& given)>;

/// What all slices of a stream are read with.
struct stream_reading {
  std::string where;  ///< names the stream in messages
  std::shared_ptr<requester> requests;
  std::shared_ptr<const decoder> decoding;
  std::shared_ptr<const record_selector> selecting;
  std::shared_ptr<const paginator> pages;
  std::shared_ptr<query_properties> properties = {};  ///< null: one request brings a page
  slice_injection of_partition = {};
  slice_injection of_window = {};  ///< wins where both put something into one place
  /// Requests for further pages go without what the slice puts into the first one.
  bool ignore_slice_on_further_pages = false;
  std::shared_ptr<const variables> known;  ///< has `config`

  std::shared_ptr<page_lengths> lengths = std::make_shared<page_lengths>();
  /// Whether what is read takes the place of rows that are there. Asks the database; none: it does not.
  std::function<bool(const std::stop_token&)> replaces_rows = nullptr;
  std::vector<std::string> known_by = {};  ///< members of each record: its key, or what its cursor looks at

  std::shared_ptr<told_once> told = std::make_shared<told_once>();
  std::shared_ptr<claims_heeded> claims = std::make_shared<claims_heeded>();
  /// Whether an answer of any slice has had the place of records.
  std::shared_ptr<std::atomic<bool>> place_was_found = std::make_shared<std::atomic<bool>>(false);
  /// Some answer has had several records.
  std::shared_ptr<std::atomic<bool>> lists_were_found = std::make_shared<std::atomic<bool>>(false);
};

/// SimpleRetriever: a page is what one request brought, or several for one page (query_properties): its position is
/// behind all of them, and what is begun anew begins with the first of them.
///
/// The end of a slice is mostly told by something that is not there, so some of it is looked at twice:
/// - a page that is shorter than was asked for may be all that the API gives in a page (page_lengths): the page behind
///   it is asked for, and its records belong to the slice;
/// - an answer without the place of the records, in the middle of a slice, is asked for three times, with patience, and
///   once more at once where that was of no use for other slices;
/// - one that speaks of an error instead of records is one, whatever its status;
/// - one that says that more comes (end_claims) is not the last one without a look behind it, where it has no records
///   after it was asked for three times, with patience;
/// - where no answer of the stream has had the place of records, it may be elsewhere now, and does not empty a table;
/// - a data feed ends with a record that is known only where newer records come first.
class retriever final : public slice_reader {
 public:
  /// `watch` is the cursor's, for this slice; may be null. `key`: where records have theirs, for record_texts::key().
  retriever(std::shared_ptr<const stream_reading> stream, stream_slice slice, std::unique_ptr<record_watch> watch,
            std::optional<json_pointer> key = {});

  void open(const std::optional<std::string>& position) override;

  /// Throws errc::bad_data, too, for pagination that never ends.
  std::optional<stream_page> read(const std::stop_token& stop) override;
  void believe() override { believes_ = true; }

 private:
  variables names(const stream_slice& of) const;
  /// Nothing where the answer says that there are no records.
  std::optional<answered_page> ask(const variables& given, const std::stop_token& stop);
  std::optional<answered_page> ask_once(const stream_slice& of, const variables& given, record_watch* watch,
                                        const std::stop_token& stop);
  std::optional<answered_page> ask_behind_doubted_end(const variables& given, const std::stop_token& stop);
  std::optional<answered_page> ask_behind_empty_page(value token, const std::stop_token& stop);
  std::optional<answered_page> ask_unasked(const variables& given, const std::stop_token& stop);
  bool is_more(const std::optional<answered_page>& found) const;
  void refuse_failure(const answered_page& found) const;
  void note_place(const answered_page& found) const;
  glob_path place() const;
  bool doubts_lost_place(const answered_page& found) const;
  stream_page behind_empty_page(answered_page empty, std::optional<value> next, const std::stop_token& stop);
  stream_page go_on_behind(answered_page found, std::optional<value> next, const std::stop_token& stop);
  void require_end_behind(const std::optional<answered_page>& found, const end_claim& doubt) const;
  void require_believable_end(const answered_page& found, const std::stop_token& stop);
  bool lacks_place_of_stream(const answered_page& found) const;
  void note_in_vain(const end_claim& claim) const;
  void tell_ignored(const std::optional<answer>& given) const;
  request_options injected(const stream_slice& of, const variables& given) const;
  request_options of_slice(const stream_slice& of, const variables& given) const;
  page_wishes wishes(std::optional<json_pointer> key) const;
  std::optional<value> next_token(answered_page& from, const variables& given);
  bool feed_has_ended(const selected_page& page);
  stream_page start_anew();
  stream_page concluded(record_texts records, std::optional<value> next, bool ended);

  std::shared_ptr<const stream_reading> stream_;
  stream_slice slice_;
  std::unique_ptr<record_watch> watch_;
  page_wishes wishes_;
  page_position at_;
  std::optional<pagination_guard> guard_;
  std::optional<std::size_t> so_far_;  // records of the slice; nothing where it was begun by a version that did not say
  end_claim doubt_;                    // why the page before was not believed to be the last one
  std::string stands_at_;              // the position that was told last
  std::set<std::uint64_t> pages_;      // fingerprints of those that have come, while they are few
  unsigned doubts_ = 0;                // answers without records in place of the next page
  bool believes_ = false;
  bool end_is_said_ = false;    // by the page before: in words, or as it is shorter than others
  bool repeats_token_ = false;  // an empty page has led back to itself
  bool started_anew_ = false;
};

}  // namespace ingest::rest
