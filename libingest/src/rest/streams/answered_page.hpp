#pragma once

#include "rest/requests/answer.hpp"
#include "rest/selectors/record_selector.hpp"
#include "rest/streams/end_claims.hpp"

namespace ingest::rest {

/// What an answer has brought, or several for one page.
struct answered_page {
  answer given;
  selected_page page;
  bool is_taken_as_it_is = false;  ///< by a response filter, whatever it says
  bool resets_pagination = false;
  end_claim claim = {};  ///< where the slice ends with it by its paginator

  bool lacks_place() const { return !page.place_found && !is_taken_as_it_is; }
  bool has_nothing() const { return page.extracted == 0 && !is_taken_as_it_is; }
};

}  // namespace ingest::rest
