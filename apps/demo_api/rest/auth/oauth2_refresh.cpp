#include <mutex>

#include "demo_api/rest/auth/auth_kinds.hpp"
#include "demo_api/rest/auth/credentials.hpp"
#include "demo_api/rest/auth/oauth2.hpp"

namespace demo_api::rest {
namespace {

class oauth2_refresh final : public oauth2 {
 public:
  explicit oauth2_refresh(settings& s)
      : oauth2(s, "refresh_token"), rotate_(s.flag("rotate", false)), valid_(s.required_text("refresh_token")) {}

 protected:
  bool accept(const name_value_list& members, std::string& answer) override {
    const std::scoped_lock lock(mutex_);
    if (value_of(members, "refresh_token") != valid_) {
      return false;
    }
    if (rotate_) {
      valid_ = "rt-" + std::to_string(++rotations_);
      answer += R"(,"refresh_token":")" + valid_ + '"';
    }
    return true;
  }

 private:
  bool rotate_;
  std::mutex mutex_;
  std::string valid_;
  std::uint64_t rotations_ = 0;
};

}  // namespace

std::unique_ptr<auth> make_oauth2_refresh(settings& s) {
  return std::make_unique<oauth2_refresh>(s);
}

}  // namespace demo_api::rest
