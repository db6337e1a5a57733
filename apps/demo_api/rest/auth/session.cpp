#include "demo_api/answer.hpp"
#include "demo_api/rest/auth/auth_kinds.hpp"
#include "demo_api/rest/auth/credentials.hpp"
#include "demo_api/rest/auth/issued_tokens.hpp"

namespace demo_api::rest {
namespace {

class session final : public auth {
 public:
  explicit session(settings& s)
      : path_(s.text("path", "/session")),
        user_(s.required_text("user")),
        password_(s.required_text("password")),
        header_(s.text("header", "X-Session-Token")),
        tokens_(s, "st-") {}

  bool admits(const http_request& request) override { return tokens_.admit(request.header(header_)); }
  std::string token_path() const override { return path_; }

  bool give_token(const http_request& request, http_response& response) override {
    const name_value_list members = members_of_body(request);
    if (value_of(members, "user") != user_ || value_of(members, "password") != password_) {
      answer_error(response, 401, "Unauthorized", "", "no such user, or another password");
      return false;
    }
    response.set(200, R"({"session":{"token":")" + tokens_.issue() + R"(","expires_in":)" +
                          std::to_string(tokens_.lifetime_s()) + "}}");
    return true;
  }

  void expire_tokens() override { tokens_.expire_all(); }

 private:
  std::string path_;
  std::string user_;
  std::string password_;
  std::string header_;
  issued_tokens tokens_;
};

}  // namespace

std::unique_ptr<auth> make_session(settings& s) {
  return std::make_unique<session>(s);
}

}  // namespace demo_api::rest
