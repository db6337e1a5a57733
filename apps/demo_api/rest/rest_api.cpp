#include "demo_api/rest/rest_api.hpp"

#include <algorithm>

#include "demo_api/answer.hpp"
#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

void answer_refusal(const refusal& why, http_response& response) {
  response.content_type = "application/json";
  answer_error(response, why.status, why.status == 404 ? "Not Found" : "Bad Request", "", why.what());
}

}  // namespace

rest_api::rest_api(const yaml_value& description) {
  settings s(description);
  defaults_.seed = s.number("seed", 1);
  defaults_.base = s.text("base", "");
  log_size_ = s.number("log", 100'000, 10'000'000);
  yaml_value none;
  none.text = "none";
  const yaml_value* access = s.find("auth");
  defaults_.access = make_auth(access == nullptr ? none : *access);
  if (const yaml_value* limit = s.find("rate_limit")) {
    settings of_limit(*limit);
    defaults_.limit = std::make_shared<rate_limit>(of_limit);
    of_limit.finish();
  }
  const yaml_value& resources = s.required("resources");
  s.finish();
  if (resources.is != yaml_value::kind::map || resources.members.empty()) {
    throw std::runtime_error(resources.place + ": must be a map of resources");
  }
  add_tokens(defaults_.access);
  for (const auto& [name, one] : resources.members) {
    read_resource(name, one);
  }
}

void rest_api::read_resource(const std::string& name, const yaml_value& description) {
  settings s(description);
  const std::string parent_name = s.text("parent", "");
  const resource* parent = parent_name.empty() ? nullptr : find(parent_name);
  if (!parent_name.empty() && parent == nullptr) {
    s.refuse("parent", "names no resource that stands before this one");
  }
  auto& made = *resources_.emplace_back(std::make_unique<resource>(name, s, defaults_, parent));
  add_tokens(made.access());
  if (const yaml_value* exports = s.find("export")) {
    settings of_exports(*exports);
    exports_.push_back(std::make_unique<export_jobs>(of_exports, defaults_.base, made));
    of_exports.finish();
  }
  add_route(made, s);
  s.finish();
}

void rest_api::add_route(resource& to, settings& s) {
  const std::string& path = to.path();
  const auto mark = path.find(parent_mark);
  const bool is_new = mark == std::string::npos ? by_path_.emplace(path, &to).second
                                                : std::none_of(children_.begin(), children_.end(),
                                                               [&](const auto& c) { return c.to->path() == path; });
  if (!is_new || !path.starts_with('/')) {
    s.refuse("path", "must begin with /, and be no other resource's");
  }
  if (mark != std::string::npos) {
    children_.push_back({path.substr(0, mark), path.substr(mark + parent_mark.size()), &to});
  }
}

void rest_api::add_tokens(const std::shared_ptr<auth>& access) {
  if (std::find(accesses_.begin(), accesses_.end(), access) == accesses_.end()) {
    accesses_.push_back(access);
  }
}

resource* rest_api::find(std::string_view name) const {
  const auto at =
      std::find_if(resources_.begin(), resources_.end(), [name](const auto& r) { return r->name() == name; });
  return at == resources_.end() ? nullptr : at->get();
}

bool rest_api::answer(const http_request& request, http_response& response, const connection& line) {
  try {
    const auto at = by_path_.find(request.path);
    if (at != by_path_.end()) {
      at->second->answer(request, response, line, std::nullopt);
      return true;
    }
    return answer_child(request, response, line) || answer_others(request, response);
  } catch (const refusal& why) {
    answer_refusal(why, response);
    return true;
  }
}

bool rest_api::answer_child(const http_request& request, http_response& response, const connection& line) {
  const std::string_view path = request.path;
  for (const auto& [before, after, to] : children_) {
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
      continue;
    }
    const auto key = path.substr(before.size(), path.size() - before.size() - after.size());
    if (key.find('/') == std::string_view::npos) {
      to->answer(request, response, line, key);
      return true;
    }
  }
  return false;
}

bool rest_api::answer_others(const http_request& request, http_response& response) {
  for (const auto& access : accesses_) {
    if (request.method == "POST" && !access->token_path().empty() &&
        request.path == defaults_.base + access->token_path()) {
      tokens_given_ += access->give_token(request, response) ? 1 : 0;
      return true;
    }
  }
  for (const auto& jobs : exports_) {
    if (request.path.starts_with(jobs->path())) {
      jobs->answer(request, response, std::string_view(request.path).substr(jobs->path().size()));
      return true;
    }
  }
  return false;
}

void rest_api::expire_tokens() {
  for (const auto& access : accesses_) {
    access->expire_tokens();
  }
}

}  // namespace demo_api::rest
