#include "demo_api/rest/pagination/pagination_kinds.hpp"
#include "demo_api/rest/pagination/token_pages.hpp"
#include "demo_api/rest/records/field.hpp"

namespace demo_api::rest {
namespace {

class cursor_token final : public token_pages {
 public:
  explicit cursor_token(settings& s) : token_pages(s, "cursor") { add_member(s.text("member", "next_cursor")); }

 protected:
  void append_next(const page_place& place, std::string& out) const override {
    if (place.is_last()) {
      out += "null";
    } else {
      append_quoted(next_token(place), out);
    }
  }
};

}  // namespace

std::unique_ptr<pagination> make_cursor_token(settings& s) {
  return std::make_unique<cursor_token>(s);
}

}  // namespace demo_api::rest
