#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "ingest/http_client.hpp"

/// What components of one's own are, for manifests that name code of Python; custom_components.hpp has where they are
/// registered.
///
/// Values are texts of JSON in both directions, with all digits of their numbers; what is handed to a component is
/// valid during the call. All but partition routers are called by several threads at a time. What they throw ends the
/// slice as what a source throws does: errc::bad_data for an answer or a record that is not what it should be. One that
/// finds nothing in an answer which it does not understand must throw: silence is taken for the end of the data.
namespace ingest::custom {

using json_sink = std::function<void(std::string_view json)>;

/// What the API has answered.
struct answer {
  int status = 0;
  std::string_view body = {};                 ///< without its Content-Encoding
  std::span<const http_header> headers = {};  ///< those of one name joined by ", "

  /// The name is compared without regard to case; nothing if it is missing.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// What a component works for.
class call {
 public:
  virtual ~call() = default;
  virtual std::string slice() const = 0;       ///< `stream_slice`: an object of the partition's values and the window's
  virtual std::string page_token() const = 0;  ///< of the page that was asked for; "null" for the first one
};

/// CustomAuthenticator. One for each place in a stream that names it.
class authenticator {
 public:
  virtual ~authenticator() = default;

  /// Puts credentials into a request that is ready to be sent, each time it is. Returns which of those that it has had
  /// they are, for renew(). May ask for them over http_exchange, and throws errc::authentication where none are to be
  /// had, errc::unavailable where the other side does not answer, errc::cancelled within a second of a stop. Must not
  /// change the host: credentials go to those of the manifest alone.
  virtual std::uint64_t sign(http_request& request, const std::stop_token& stop) = 0;

  /// The API has refused (401) credentials of this number: whoever asks next gets others. False where there are none.
  virtual bool renew(std::uint64_t /*number*/) { return false; }
};

/// Adds a parameter to the query, encoded as in a form.
void add_parameter(http_request& to, std::string_view name, std::string_view content);
/// Sets a header, in place of those of the name.
void set_header(http_request& in, std::string_view name, std::string_view content);

/// CustomRequester: changes a request that its other fields, those of an HttpRequester, have made, before it is signed.
using request_edit = std::function<void(http_request& request, const call& c)>;

enum class action { success, fail, retry, ignore, reset_pagination, rate_limited, refresh_token_then_retry };

/// What an answer means; as of an HttpResponseFilter.
struct verdict {
  action what = action::fail;
  std::string message = {};  ///< for people; empty: what the API says is enough
};

/// CustomErrorHandler: asked before its other fields, those of a DefaultErrorHandler; nothing leaves it to them.
using error_handler = std::function<std::optional<verdict>(const answer& a)>;

/// CustomBackoffStrategy: how long to wait; nothing leaves it to the next. `attempt` counts those made, from 1.
using backoff = std::function<std::optional<std::chrono::duration<double>>(const answer& a, unsigned attempt)>;

/// CustomDecoder: gives the documents of a body, one after the other.
using decoder = std::function<void(std::string_view body, const json_sink& each)>;

/// CustomRecordExtractor: gives the records of an answer, one after the other.
using extractor = std::function<void(const answer& a, const call& c, const json_sink& each)>;

/// CustomRecordFilter: whether a record goes on.
using record_filter = std::function<bool(std::string_view record, const call& c)>;

/// CustomTransformation: the record that stands for `record`, an object.
using transformation = std::function<std::string(std::string_view record, const call& c)>;

/// CustomSchemaNormalization: the same, by the stream's JSON schema.
using normalization = std::function<std::string(std::string_view record, std::string_view schema)>;

/// A page that was read.
struct page {
  answer from;
  std::string_view last_record = {};  ///< of those that the record filter let pass; empty: there was none
  std::size_t extracted = 0;          ///< records in the answer
  std::size_t selected = 0;           ///< those of them that the record filter let pass
};

/// CustomPaginationStrategy. A token is any value of JSON. Keeps nothing between calls: a run that was killed goes on
/// with the token alone, and slices share the strategy.
class pagination_strategy {
 public:
  virtual ~pagination_strategy() = default;

  /// Sent with the first request; nothing: none is.
  virtual std::optional<std::string> initial_token() const { return std::nullopt; }

  /// The token of the page behind the one that was `asked` for; nothing, null, 0, "", [] and {}: there is none.
  virtual std::optional<std::string> next_token(const page& p, const std::optional<std::string>& asked) const = 0;

  /// Sent where the paginator has a `page_size_option`.
  virtual std::optional<std::int64_t> page_size() const { return std::nullopt; }
};

/// Objects of JSON: what a partition is told apart by, and what else expressions may name of it.
struct partition {
  std::string values = "{}";
  std::string extra_fields = "{}";
};

/// CustomPartitionRouter. One thread at a time calls begin → next*. Gives the same partitions whenever it is asked: a
/// run that was killed asks again. Their values go into requests by expressions over `stream_slice`.
class partition_router {
 public:
  virtual ~partition_router() = default;
  virtual void begin() = 0;

  /// Nothing behind the last one. Throws errc::cancelled within a second of a stop.
  virtual std::optional<partition> next(const std::stop_token& stop) = 0;
};

}  // namespace ingest::custom
