#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>

#include "rest/requests/answer.hpp"
#include "rest/selectors/record_selector.hpp"
#include "rest/streams/missing_place.hpp"

namespace ingest::rest {

/// What an answer says against being the last one of its slice.
struct end_claim {
  std::string words;  ///< "`meta.has_more` says that more comes"; empty: nothing

  /// Nothing else can be meant. Totals may be those of other records as well, `done` and `number` may be an object's
  /// that the records are a part of, and some APIs give a link or a token of a next page behind the last one, too.
  bool is_certain = false;

  /// The answer says that nothing comes behind it, so that nobody need look.
  bool is_denied = false;

  explicit operator bool() const { return !words.empty(); }
};

/// `so_far`: how many records the slice has had, this answer's among them; nothing where that is not known.
end_claim claim_against_end(const answer& given, const selected_page& page, std::optional<std::size_t> so_far);

/// Whether an answer says that nothing comes behind it, which its paginator does not look at: `next: null`, as many
/// records as there are. `so_far` as above.
bool says_that_it_is_the_last(const answer& given, const selected_page& page, std::optional<std::size_t> so_far);

/// Whether claims that are not certain are worth a request: not any more, once three of them led to nothing. Shared by
/// the slices of a stream; thread-safe.
class claims_heeded {
 public:
  bool heeds(const end_claim& claim) const { return claim && (claim.is_certain || in_vain_ < enough); }
  void note_in_vain() { ++in_vain_; }

  /// A slice has ended without records, and nobody has said that it has none.
  void note_unsaid() { unsaid_ = true; }

  /// Whether an end was believed in spite of such a claim, or unsaid.
  bool leave_doubts() const { return in_vain_ > 0 || unsaid_; }

  /// The same of answers in mid-slice without the place of records.
  bool heeds_lost_place() const { return ends_without_place_ < enough; }
  void note_end_without_place() { ++ends_without_place_; }

 private:
  static constexpr unsigned enough = 3;
  std::atomic<unsigned> in_vain_{0};
  std::atomic<unsigned> ends_without_place_{0};
  std::atomic<bool> unsaid_{false};
};

/// Throws errc::bad_data, as what may pass, for an answer without records that says that there are more.
[[noreturn]] void refuse_contradicted_end(const std::string& where, const end_claim& claim);

/// Warns, once for a stream, that a slice ends by its paginator, though the answer says otherwise.
void tell_contradicted_end(const std::string& where, const end_claim& claim, told_once& told);

}  // namespace ingest::rest
