#include "rest/connectors/building.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/paginators/cursor_pagination.hpp"
#include "rest/paginators/found_pagination.hpp"
#include "rest/paginators/offset_increment.hpp"
#include "rest/paginators/page_increment.hpp"
#include "rest/paginators/watched_pagination.hpp"

namespace ingest::rest {

namespace {

using made_strategy = std::shared_ptr<const pagination_strategy>;

made_strategy make_watched(const component& of);

constexpr component_maker<made_strategy> strategies[] = {
    {"PageIncrement",
     [](const component& of) -> made_strategy {
       return std::make_shared<page_increment>(
           page_increment_options{of.optional_expression("page_size"), of.whole("start_from_page", 0),
                                  of.truth("inject_on_first_request")},
           *of.known());
     }},
    {"OffsetIncrement",
     [](const component& of) -> made_strategy {
       return std::make_shared<offset_increment>(offset_increment_options{
           of.optional_expression("page_size"), of.truth("inject_on_first_request"), of.given().parameters});
     }},
    {"CursorPagination",
     [](const component& of) -> made_strategy {
       return std::make_shared<cursor_pagination>(
           cursor_pagination_options{of.expression("cursor_value"), of.optional_expression("stop_condition"),
                                     of.optional_expression("page_size"), of.given().parameters},
           *of.known());
     }},
    {"CustomPaginationStrategy", make_custom_pagination},
    {"FoundPagination",
     [](const component& of) -> made_strategy {
       return std::make_shared<found_pagination>(of.whole("page_size", 0), of.where());
     }},
    {"WatchedPagination", make_watched},
};

made_strategy make_watched(const component& of) {
  const component inner = of.child("strategy");
  const bool by_cursor = inner.type() == "CursorPagination";
  return std::make_shared<watched_pagination>(make_by_type(strategies, inner), of.where(),
                                              by_cursor ? inner.optional_expression("stop_condition") : std::nullopt,
                                              by_cursor ? inner.optional_expression("cursor_value") : std::nullopt);
}

using made_paginator = std::shared_ptr<const paginator>;

constexpr component_maker<made_paginator> paginators[] = {
    {"NoPagination", [](const component&) -> made_paginator { return std::make_shared<paginator>(); }},
    {"DefaultPaginator",
     [](const component& of) -> made_paginator {
       paginator_options o;
       o.strategy = make_by_type(strategies, of.child("pagination_strategy"));
       o.page_size_option = make_optional_option(of, "page_size_option");
       if (of.child("pagination_strategy").type() == "FoundPagination") {
         o.page_token_option = found_way{};
       } else if (const auto token = of.optional_child("page_token_option")) {
         if (token->type() == "RequestPath") {
           o.page_token_option = request_path{};
         } else {
           o.page_token_option = make_request_option(*token);
         }
       }
       o.where = of.where();
       return std::make_shared<paginator>(std::move(o), *of.known());
     }},
};

}  // namespace

std::shared_ptr<const paginator> make_paginator(const component& of) {
  return make_by_type(paginators, of);
}

}  // namespace ingest::rest
