#include "demo_api/rest/pagination/pagination_kinds.hpp"
#include "demo_api/rest/pagination/token_pages.hpp"

namespace demo_api::rest {
namespace {

class link_header final : public token_pages {
 public:
  explicit link_header(settings& s) : token_pages(s, "after"), relative_(s.flag("relative", false)) {}

  void add_headers(const page_place& place, http_response& response) const override {
    sized_pages::add_headers(place, response);
    if (!place.is_last()) {
      response.add_header("Link", "<" + next_url(place, relative_) + ">; rel=\"next\"");
    }
  }

 private:
  bool relative_;
};

}  // namespace

std::unique_ptr<pagination> make_link_header(settings& s) {
  return std::make_unique<link_header>(s);
}

}  // namespace demo_api::rest
