#include "demo_api/rest/pagination/pagination_kinds.hpp"
#include "demo_api/rest/pagination/sized_pages.hpp"
#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

class page_number final : public sized_pages {
 public:
  explicit page_number(settings& s)
      : sized_pages(s), parameter_(s.text("parameter", "page")), first_(s.number("first", 1, 1)) {}

  page_span choose(const http_request& request, const selection& all) const override {
    const std::uint64_t number = number_in(request, parameter_, first_);
    if (number < first_) {
      throw refusal(400, parameter_ + " must be at least " + std::to_string(first_));
    }
    return page_at((number - first_) * size_in(request), request, all);
  }

 private:
  std::string parameter_;
  std::uint64_t first_;
};

}  // namespace

std::unique_ptr<pagination> make_page_number(settings& s) {
  return std::make_unique<page_number>(s);
}

}  // namespace demo_api::rest
