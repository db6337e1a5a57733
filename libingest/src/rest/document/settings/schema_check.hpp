#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rest/document/finding.hpp"
#include "rest/document/node.hpp"

namespace ingest::rest {

/// Checks and completes values by a JSON schema, as far as specifications of settings use one.
class schema_check {
 public:
  /// `instance` with what it lacks. `path` names it in findings.
  node complete(const node& schema, const node& instance, const std::string& path);

  std::vector<finding> findings;
  std::vector<std::string> secrets;

 private:
  node complete_dict(const node& schema, const node& instance, const std::string& path);
  node complete_list(const node& schema, const node& instance, const std::string& path);
  void check_required(const node& schema, const node::member_list& members, const node& instance,
                      const std::string& path);
  void check_unknown(const node& schema, const std::vector<std::string>& known, const node& instance,
                     const std::string& path);
  const node* chosen_form(const node& forms, const node& instance, const std::string& path);
  void refuse_forms(const node& forms, const node& instance, const std::string& path);
  void keep_secret(const node& schema, const node& instance);
  void complain(const node& at, const std::string& path, std::string text);

  std::size_t depth_ = 0;
};

}  // namespace ingest::rest
