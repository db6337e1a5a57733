#pragma once

#include <optional>
#include <string>
#include <string_view>

/// How APIs call what they say of their pages. Gathered from APIs' documentation and from what generic readers of REST
/// APIs look for. All functions take a name as plain_name() makes it.
namespace ingest::rest {

/// "@odata.nextLink" → "odatanextlink": letters and digits, small.
std::string plain_name(std::string_view name);

/// Whether most lists that are called so have the records: "items". And whether they have other things: "errors".
bool names_records(std::string_view plain);
bool names_no_records(std::string_view plain);

/// Whether such things stand in a member that is called so: "meta", "_links" …
bool holds_hints(std::string_view plain);

/// Whether a list that is called so has links, each with what it leads to: "links".
bool lists_links(std::string_view plain);

bool names_next_url(std::string_view plain);
bool says_more(std::string_view plain);  ///< "has_more"
bool says_last(std::string_view plain);  ///< "is_last"
/// Means that more comes where it is false; where it is true, it may be that of something else: "complete".
bool says_complete(std::string_view plain);

struct token_name {
  std::string_view plain;
  std::string_view snake;  ///< the parameter, in an API that writes names so
  std::string_view camel;
};
/// The parameter that takes the token which a member of this name has; nothing where it is none.
std::optional<token_name> token_parameter(std::string_view plain);

bool counts_page(std::string_view plain);
bool counts_pages(std::string_view plain);
bool counts_pages_from_0(std::string_view plain);
bool counts_offset(std::string_view plain);
bool counts_records(std::string_view plain);       ///< of all pages
bool counts_what_is_left(std::string_view plain);  ///< "remaining"
bool tells_size(std::string_view plain);           ///< of a page: "per_page"

/// Whether a member that none of the above is for may mean that more comes.
bool looks_like_more(std::string_view plain);

/// Whether an object that is called so, with anything in it, means that more comes: DynamoDB's "LastEvaluatedKey".
bool names_next_object(std::string_view plain);

/// The names of parameters by which the size of a page is asked for.
bool asks_for_size(std::string_view plain);

}  // namespace ingest::rest
