#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "demo_api/connection.hpp"
#include "demo_api/http_message.hpp"
#include "demo_api/rest/export_jobs.hpp"
#include "demo_api/rest/resource.hpp"

namespace demo_api::rest {

/// The API that a description file says: its resources, tokens and exports. Thread-safe.
class rest_api {
 public:
  /// Throws std::runtime_error, naming file, line and setting.
  explicit rest_api(const yaml_value& description);

  /// False if there is no such path.
  bool answer(const http_request& request, http_response& response, const connection& line);

  const std::vector<std::unique_ptr<resource>>& resources() const { return resources_; }

  /// Null if there is none.
  resource* find(std::string_view name) const;

  std::size_t log_size() const { return log_size_; }
  std::uint64_t tokens_given() const { return tokens_given_; }
  void expire_tokens();

 private:
  struct child_route {
    std::string before;
    std::string after;
    resource* to;
  };

  void read_resource(const std::string& name, const yaml_value& description);
  void add_route(resource& to, settings& s);
  void add_tokens(const std::shared_ptr<auth>& access);
  bool answer_child(const http_request& request, http_response& response, const connection& line);
  bool answer_others(const http_request& request, http_response& response);

  api_defaults defaults_;
  std::size_t log_size_ = 0;
  std::vector<std::unique_ptr<resource>> resources_;
  std::vector<std::unique_ptr<export_jobs>> exports_;
  std::vector<std::shared_ptr<auth>> accesses_;
  std::unordered_map<std::string, resource*> by_path_;
  std::vector<child_route> children_;
  std::atomic<std::uint64_t> tokens_given_ = 0;
};

}  // namespace demo_api::rest
