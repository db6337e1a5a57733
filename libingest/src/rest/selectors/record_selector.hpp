#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json/json_pointer.hpp"
#include "rest/decoders/decoder.hpp"
#include "rest/requests/answer.hpp"
#include "rest/selectors/raw_page.hpp"
#include "rest/selectors/record_extractor.hpp"
#include "rest/selectors/record_search.hpp"
#include "rest/selectors/record_texts.hpp"
#include "rest/transformations/transformation.hpp"

namespace ingest::rest {

/// What a cursor does with records on their way: it may refuse some, and learns of those that went on.
class record_watch {
 public:
  virtual ~record_watch() = default;

  /// The member of records that it looks at.
  virtual const std::string& field() const = 0;
  /// Whether a record with this content of the member is to be read; null: it has none.
  virtual bool admits(const value* content) const = 0;
  /// Whether a record with this content belongs to the time before what is to be read: it is known.
  virtual bool is_known(const value& content) const = 0;
  /// Whether a record with this content is newer than one with the other.
  virtual bool is_newer(const value& content, const value& than) const = 0;

  /// Of a data feed, in which order its records come, as far as they have come.
  struct order {
    bool newer_behind_older = false;
    bool older_behind_newer = false;
  };
  void note_order(const value& content);
  const order& seen_order() const { return order_; }

  /// A record with this content goes on to the table.
  virtual void observe(const value* content) = 0;

  /// What is known of the records observed so far, to go on with later; None: nothing.
  virtual value observed() const = 0;
  virtual void resume(const value& observed) = 0;

 private:
  order order_;
  value before_;
};

/// When records that the cursor does not admit are left out.
enum class cursor_filter {
  none,
  early,  ///< client-side incremental: before pagination looks at the page
  late,   ///< data feed: after it, for such a record ends the pagination
};

/// Finds the records of an answer in place of a record_extractor.
using record_extraction =
    std::function<void(const answer& from, const variables& given, const std::function<void(const value& record)>&)>;
/// Whether a record goes on.
using record_condition = std::function<bool(const value& record, const variables& given)>;
/// The record as the stream's schema wants it.
using record_normalization = std::function<value(const value& record)>;

struct record_selector_options {
  record_extractor extractor;
  std::shared_ptr<const record_search> search = {};  ///< of answers of JSON, in place of the extractor
  std::vector<std::string> known_by = {};            ///< as stream_reading has it
  record_extraction own_extraction = {};             ///< none: the extractor's
  std::optional<interpolation> condition = {};       ///< RecordFilter; an empty text filters nothing
  record_condition own_condition = {};               ///< beside `condition`; none: all pass
  value parameters = {};  ///< of the RecordFilter; None: those that are known where it is evaluated
  std::vector<std::shared_ptr<const transformation>> transformations = {};
  bool transform_before_filtering = false;
  std::optional<value> schema = {};  ///< of records that are to be normalized by it
  record_normalization own_normalization = {};
  cursor_filter filter = cursor_filter::none;
  std::string where = {};  ///< names the selector in messages
};

/// What somebody may look at: only what is asked for need be made a value.
struct page_wishes {
  bool last_record = false;
  bool response = false;  ///< without the records, where that is cheaper
  bool records_in_response = false;
  std::optional<json_pointer> key = {};  ///< of records; looked for where that costs nothing
};

/// What an answer has for the table and for pagination.
struct selected_page {
  record_texts records;
  std::size_t extracted = 0;
  std::size_t selected = 0;
  std::optional<value> last_record = {};  ///< of those selected; of all where none is
  bool last_record_known = false;         ///< of a data feed: by record_watch::is_known()
  bool place_found = false;               ///< the way to the records leads somewhere, be it to none
  std::string errors_beside = {};         ///< JSON: see raw_page::errors_beside()
  value response = {};
  std::uint64_t fingerprint = 0;  ///< equal pages have equal ones
};

/// RecordSelector: finds the records of an answer, filters and transforms them. Where there is nothing to be done with
/// single records, their bytes go through as they came. Thread-safe.
class record_selector {
 public:
  explicit record_selector(record_selector_options options);

  const record_extractor& extractor() const { return options_.extractor; }

  /// Where the records of answers are, as far as that is known; nothing where something else extracts them.
  std::optional<glob_path> place() const;

  cursor_filter filter() const { return options_.filter; }

  /// Whether records' bytes go through as they came, where the answers are JSON.
  bool raw() const;

  /// `given` has config, stream_slice and next_page_token; `watch` may be null. Throws errc::bad_data for an answer
  /// that cannot be read and for a record that a transformation cannot be done with.
  selected_page select(const answer& from, const decoder& how, const page_wishes& wishes, const variables& given,
                       record_watch* watch) const;

  /// Takes records that something else has extracted, until the page has `most_bytes` of them; true where it has.
  /// `next` gives nothing behind the last one.
  bool select_from(const std::function<std::optional<value>()>& next, std::size_t most_bytes, const variables& given,
                   record_watch* watch, selected_page& page) const;

 private:
  struct selection;

  void select_raw(const answer& from, selection& out) const;
  void take_raw(const raw_page& found, const answer& from, selection& out) const;
  bool select_bytes(const raw_record& record, selection& out) const;
  void note_in_feed(const value* content, selection& out) const;
  void select_values(const answer& from, const decoder& how, selection& out) const;
  void extract(const answer& from, const decoder& how, selection& out) const;
  void select_value(const value& record, selection& out) const;
  std::optional<value> worked(const value& record, selection& out) const;
  bool passes(const value& record, const selection& out) const;
  value transformed(const value& record, const selection& out) const;

  record_selector_options options_;
};

}  // namespace ingest::rest
