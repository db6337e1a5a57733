#include "demo_api/rest/auth/auth_kinds.hpp"
#include "demo_api/rest/auth/credentials.hpp"

namespace demo_api::rest {
namespace {

class no_auth final : public auth {
 public:
  bool admits(const http_request&) override { return true; }
};

class api_key final : public auth {
 public:
  explicit api_key(settings& s)
      : name_(s.text("name", "X-API-Key")),
        key_(s.required_text("key")),
        in_query_(s.choice("in", "header", {"header", "query"}) == 1) {}

  bool admits(const http_request& request) override {
    return (in_query_ ? request.parameter(name_).value_or("") : request.header(name_)) == key_;
  }

 private:
  std::string name_;
  std::string key_;
  bool in_query_;
};

/// One value of the header Authorization.
class authorization final : public auth {
 public:
  authorization(std::string scheme, std::string credentials)
      : scheme_(std::move(scheme)), credentials_(std::move(credentials)) {}

  bool admits(const http_request& request) override { return credentials_of(request, scheme_) == credentials_; }

 private:
  std::string scheme_;
  std::string credentials_;
};

}  // namespace

std::unique_ptr<auth> make_no_auth(settings&) {
  return std::make_unique<no_auth>();
}

std::unique_ptr<auth> make_api_key(settings& s) {
  return std::make_unique<api_key>(s);
}

std::unique_ptr<auth> make_bearer(settings& s) {
  return std::make_unique<authorization>("Bearer", s.required_text("token"));
}

std::unique_ptr<auth> make_basic(settings& s) {
  return std::make_unique<authorization>("Basic", basic_credentials(s.required_text("user"), s.text("password", "")));
}

}  // namespace demo_api::rest
