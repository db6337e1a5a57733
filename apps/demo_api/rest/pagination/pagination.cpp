#include "demo_api/rest/pagination/pagination.hpp"

#include <array>

#include "demo_api/rest/pagination/pagination_kinds.hpp"

namespace demo_api::rest {
namespace {

using maker = kind_line<std::unique_ptr<pagination>>;

constexpr std::array<maker, 6> kinds = {{
    {"none", make_no_pagination},
    {"page", make_page_number},
    {"offset", make_offset},
    {"cursor", make_cursor_token},
    {"next_url", make_next_url},
    {"link_header", make_link_header},
}};

}  // namespace

std::unique_ptr<pagination> make_pagination(const yaml_value& description) {
  return make_of_kind(std::span<const maker>(kinds), "pagination", description);
}

}  // namespace demo_api::rest
