#include "demo_api/rest/pagination/pagination_kinds.hpp"

namespace demo_api::rest {
namespace {

class no_pagination final : public pagination {
 public:
  page_span choose(const http_request&, const selection& all) const override { return {0, all.size()}; }
};

}  // namespace

std::unique_ptr<pagination> make_no_pagination(settings&) {
  return std::make_unique<no_pagination>();
}

}  // namespace demo_api::rest
