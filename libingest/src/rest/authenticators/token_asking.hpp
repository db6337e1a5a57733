#pragma once

namespace ingest::rest {

/// While one lives, what this thread sends asks for a token and is no request of a stream: whoever keeps requests keeps
/// those apart, because when they come depends on the time.
class token_asking {
 public:
  token_asking();
  ~token_asking();
  token_asking(const token_asking&) = delete;
  token_asking& operator=(const token_asking&) = delete;

  static bool goes_on();
};

}  // namespace ingest::rest
