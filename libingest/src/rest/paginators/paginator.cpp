#include "rest/paginators/paginator.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/paginators/found_pagination.hpp"
#include "rest/paginators/response_access.hpp"

namespace ingest::rest {

paginator::paginator(paginator_options options, const variables& config) : options_(std::move(options)) {
  if (options_.page_size_option && options_.strategy->page_size(config).value_or(0) == 0) {
    throw error(errc::config, options_.where +
                                  ": it has a `page_size_option`, but its `pagination_strategy` has no `page_size`; "
                                  "add one, or take the option away");
  }
  const auto* token_option = std::get_if<request_option>(&options_.page_token_option);
  if (token_option != nullptr && options_.page_size_option) {
    require_apart({&*options_.page_size_option, token_option}, config, options_.where);
  }
}

std::optional<value> paginator::initial_token() const {
  return options_.strategy ? options_.strategy->initial_token() : std::nullopt;
}

std::optional<value> paginator::next_token(const page_facts& page, const std::optional<value>& asked) const {
  if (!options_.strategy) {
    return std::nullopt;
  }
  auto token = options_.strategy->next_token(page, asked);
  // A next page of 0 ends the slice, too: so it is in the CDK.
  return token && token->truth() ? token : std::nullopt;
}

std::optional<value> paginator::token_behind_short_page(const page_facts& page,
                                                        const std::optional<value>& asked) const {
  return options_.strategy ? options_.strategy->token_behind_short_page(page, asked) : std::nullopt;
}

void paginator::inject(request_options& to, const std::optional<value>& token, const variables& given) const {
  request_options own;
  const auto* token_option = std::get_if<request_option>(&options_.page_token_option);
  if (token_option != nullptr && token && !token->is_none()) {
    token_option->inject(own, *token, given);
  }
  if (std::holds_alternative<found_way>(options_.page_token_option) && token) {
    inject_found(own, *token);
  }
  if (options_.page_size_option) {
    const auto size = options_.strategy->page_size(given).value_or(0);
    if (size != 0) {
      options_.page_size_option->inject(own, value::integer_of(size), given);
    }
  }
  combine(to, own, options_.where);
}

std::optional<std::string> paginator::path(const std::optional<value>& token) const {
  if (std::holds_alternative<found_way>(options_.page_token_option)) {
    return token ? path_of_found(*token) : std::nullopt;
  }
  const bool is_path = std::holds_alternative<request_path>(options_.page_token_option);
  return is_path && token && token->truth() ? std::optional(token->to_text()) : std::nullopt;
}

bool paginator::names(std::string_view variable) const {
  const auto templates = options_.strategy ? options_.strategy->templates() : std::vector<const interpolation*>();
  return std::any_of(templates.begin(), templates.end(),
                     [&](const interpolation* one) { return one->names(variable); });
}

bool paginator::looks_at_records(const glob_path& path) const {
  if (const auto said = options_.strategy ? options_.strategy->looks_at_records() : std::nullopt) {
    return *said;
  }
  const auto templates = options_.strategy ? options_.strategy->templates() : std::vector<const interpolation*>();
  return std::any_of(templates.begin(), templates.end(), [&](const interpolation* one) {
    return one->names("response") && may_look_at_records(one->text(), path);
  });
}

}  // namespace ingest::rest
