#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/http_client.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What an API has answered, with any status. To be used by one thread at a time.
class answer {
 public:
  answer() = default;
  /// Headers of one name are joined by ", ", as Python's requests does it. `asked` is the URL without its query.
  answer(int status, const std::vector<http_header>& headers, std::shared_ptr<const std::string> body,
         std::string asked);
  answer(int status, const std::vector<http_header>& headers, std::string body, std::string asked)
      : answer(status, headers, std::make_shared<const std::string>(std::move(body)), std::move(asked)) {}

  int status() const { return status_; }
  static constexpr int no_content = 204;
  /// Without its Content-Encoding, if it had one, though the header is still there.
  const std::string& body() const { return *body_; }
  const std::shared_ptr<const std::string>& shared_body() const { return body_; }

  /// Python's response.ok, which is also its bool(): below 400.
  bool ok() const { return status_ < 400; }

  /// The value of a header, its name compared without regard to case; nothing if it is missing.
  std::optional<std::string_view> header(std::string_view name) const;

  /// Of one name one, as they came.
  const std::vector<http_header>& fields() const { return headers_; }

  /// The headers as they came, and as `link` the parsed Link header: {rel: {url, rel, …}}, so that
  /// `headers['link']['next']['url']` finds the next page. What pagination strategies call `headers`.
  value headers() const;

  /// The headers under their names as they came, in lower case, Capitalized-Like-This, and as `text`, the template that
  /// asks for them, spells them: to response filters, `headers` does not distinguish case.
  value headers_as_spelt_in(std::string_view text) const;

  /// The body as JSON, parsed when it is asked for first. Throws errc::bad_data, naming the URL, where it is none.
  const value& json() const;

  /// The body as JSON; an empty dict where it is none.
  const value& json_or_empty() const;

 private:
  int status_ = 0;
  std::vector<http_header> headers_;
  std::shared_ptr<const std::string> body_ = std::make_shared<const std::string>();
  std::string asked_;
  mutable std::optional<value> json_;
};

}  // namespace ingest::rest
