#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/exploration/api_questions.hpp"
#include "rest/exploration/record_place.hpp"
#include "rest/paginators/answer_hints.hpp"

namespace ingest::rest {

/// An answer that more is asked for behind, and how it was asked for.
struct first_page {
  answer given;
  std::vector<value> records;
  asked_params with = {};

  /// What it says of the page behind it.
  answer_hints hints() const;
};

/// An API that is asked for pages of records.
class page_questions {
 public:
  page_questions(api_questions& api, const record_place& place) : api_(api), place_(place) {}

  api_questions& api() const { return api_; }
  bool may_ask() const { return api_.may_ask(); }

  /// A page, or nothing where the API refuses, does not answer with JSON, or may not be asked any more. Throws
  /// errc::unavailable where there is no answer.
  std::optional<first_page> ask(const asked_params& with) const;
  std::optional<first_page> ask_next(const std::string& url) const;

 private:
  std::optional<first_page> page_of(answer given, const asked_params& with) const;

  api_questions& api_;
  const record_place& place_;
};

}  // namespace ingest::rest
