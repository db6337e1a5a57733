#pragma once

#include <string>

#include "ingest/custom_kinds.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/requests/answer.hpp"

namespace ingest::rest {

/// What a component of one's own is told it works for: `stream_slice` and `next_page_token` of `given`, which must
/// outlive it.
class call_of_variables final : public custom::call {
 public:
  explicit call_of_variables(const variables& given) : given_(given) {}

  std::string slice() const override;
  std::string page_token() const override;

 private:
  const variables& given_;
};

/// The answer as components of one's own see it; it must outlive that.
custom::answer shown(const answer& a);

/// What a component of one's own has written, read. Throws errc::bad_data, beginning with `where`, for what is no JSON.
value read_back(std::string_view json, const std::string& where);

}  // namespace ingest::rest
