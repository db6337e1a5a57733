#pragma once

#include <memory>
#include <string>
#include <variant>

#include "rest/paginators/pagination_strategy.hpp"
#include "rest/requests/request_options.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// RequestPath: the token is the path, or the whole URL, of the next request.
struct request_path {};

/// FoundPagination: the token itself says where it goes.
struct found_way {};

struct paginator_options {
  std::shared_ptr<const pagination_strategy> strategy;
  std::variant<std::monostate, request_option, request_path, found_way> page_token_option = {};
  std::optional<request_option> page_size_option = {};
  std::string where = {};  ///< names the paginator in messages, with its line
};

/// DefaultPaginator; or NoPagination, if it is made of nothing. Changes nothing; thread-safe.
class paginator {
 public:
  paginator() = default;

  /// Throws errc::config for a `page_size_option` without a page size, and for two options that go to one place.
  paginator(paginator_options options, const variables& config);

  std::optional<value> initial_token() const;

  /// Nothing at the end of the slice. Throws as the strategy does.
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const;

  /// As the strategy has it.
  std::optional<value> token_behind_short_page(const page_facts& page, const std::optional<value>& asked) const;

  /// What goes into the request that asks for the page of `token`.
  void inject(request_options& to, const std::optional<value>& token, const variables& given) const;

  /// What stands for the requester's path; nothing where that is its own.
  std::optional<std::string> path(const std::optional<value>& token) const;

  /// Whether the variable is needed to tell the next token.
  bool names(std::string_view variable) const;

  /// Whether a strategy that looks at `response` might look at the records in it, which are at `path`.
  bool looks_at_records(const glob_path& path) const;

  const std::string& where() const { return options_.where; }

 private:
  paginator_options options_;
};

}  // namespace ingest::rest
