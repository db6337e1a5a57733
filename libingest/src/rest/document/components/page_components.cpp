#include "rest/document/component_fields.hpp"

namespace ingest::rest {

std::span<const component_type> page_components() {
  using namespace fields;
  static const std::vector<component_type> table = {
      {"NoPagination", place::paginator, support::runs, "One request brings everything.", {}},
      {"DefaultPaginator",
       place::paginator,
       support::runs,
       "Asks page by page, and says where page and size go in a request.",
       {required(component("pagination_strategy", place::pagination_strategy)),
        component("page_size_option", place::request_option), component("page_token_option", place::request_option)}},
      {"PageIncrement",
       place::pagination_strategy,
       support::runs,
       "Counts pages until one is short.",
       {expression(whole("page_size") | text("")), whole("start_from_page"), boolean("inject_on_first_request")}},
      {"OffsetIncrement",
       place::pagination_strategy,
       support::runs,
       "Counts records until a page is short.",
       {expression(whole("page_size") | text("")), boolean("inject_on_first_request")}},
      {"CursorPagination",
       place::pagination_strategy,
       support::runs,
       "Takes the token of the next page from the answer.",
       {required(expression(text("cursor_value"))), expression(whole("page_size") | text("")),
        expression(text("stop_condition"))}},
      {"FoundPagination",
       place::pagination_strategy,
       support::runs,
       "Of the short spelling, unknown to Airbyte: finds in the first answer how the next page is asked for.",
       {whole("page_size")}},
      {"WatchedPagination",
       place::pagination_strategy,
       support::runs,
       "Of the short spelling, unknown to Airbyte: a strategy that is not believed where its first page is the last "
       "one and the answer says that more comes.",
       {required(component("strategy", place::pagination_strategy))}},
      {"CustomPaginationStrategy",
       place::pagination_strategy,
       support::embedded,
       "Finds the next page by code of the connector.",
       {required(text("class_name"))},
       false,
       true},
      {"PaginationReset",
       place::pagination_reset,
       support::lacking,
       "Begins to count pages anew where an API does not go beyond a certain page.",
       {required(one_of("action", "SPLIT_USING_CURSOR|RESET")), component("limits", place::pagination_reset_limits)}},
      {"PaginationResetLimits",
       place::pagination_reset_limits,
       support::lacking,
       "After how many records pages are counted anew.",
       {whole("number_of_records")}},
  };
  return table;
}

}  // namespace ingest::rest
