#include "demo_api/rest/pagination/pagination_kinds.hpp"
#include "demo_api/rest/pagination/token_pages.hpp"
#include "demo_api/rest/records/field.hpp"

namespace demo_api::rest {
namespace {

class next_url_pages final : public token_pages {
 public:
  explicit next_url_pages(settings& s) : token_pages(s, "after"), relative_(s.flag("relative", false)) {
    add_member(s.text("member", "next"));
  }

 protected:
  void append_next(const page_place& place, std::string& out) const override {
    if (place.is_last()) {
      out += "null";
    } else {
      append_quoted(next_url(place, relative_), out);
    }
  }

 private:
  bool relative_;
};

}  // namespace

std::unique_ptr<pagination> make_next_url(settings& s) {
  return std::make_unique<next_url_pages>(s);
}

}  // namespace demo_api::rest
