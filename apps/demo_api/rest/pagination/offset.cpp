#include "demo_api/rest/pagination/pagination_kinds.hpp"
#include "demo_api/rest/pagination/sized_pages.hpp"

namespace demo_api::rest {
namespace {

class offset final : public sized_pages {
 public:
  explicit offset(settings& s) : sized_pages(s), parameter_(s.text("parameter", "offset")) {}

  page_span choose(const http_request& request, const selection& all) const override {
    return page_at(number_in(request, parameter_, 0), request, all);
  }

 private:
  std::string parameter_;
};

}  // namespace

std::unique_ptr<pagination> make_offset(settings& s) {
  return std::make_unique<offset>(s);
}

}  // namespace demo_api::rest
