#include "ingest/http_client.hpp"

#include <array>
#include <utility>

#include "core/trimmed.hpp"
#include "http/body_decoder.hpp"
#include "http/curl_handles.hpp"

namespace ingest {

namespace {

transport_failure::kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return transport_failure::kind::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return transport_failure::kind::certificate;
    default:
      return transport_failure::kind::connection;
  }
}

const char* name_of(http_request::method verb) {
  switch (verb) {
    case http_request::method::get:
      return "GET";
    case http_request::method::post:
      return "POST";
    case http_request::method::put:
      return "PUT";
    case http_request::method::patch:
      return "PATCH";
    case http_request::method::del:
      return "DELETE";
  }
  return "GET";
}

}  // namespace

struct http_client::transfer {
  explicit transfer(const http_client_options& o) : options(o) {
    detail::initialize_curl_once();
    multi.reset(detail::require(curl_multi_init()));
    easy.reset(detail::require(curl_easy_init()));
    set_limits();
    set_callbacks();
  }
  ~transfer() { cancel(); }
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  void set_limits() {
    CURL* const e = easy.get();
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(e, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    // Otherwise giving up during a name lookup waits for the lookup's thread.
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, static_cast<long>(options.request_timeout.count()));
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    // libcurl takes and frees it with each request; of more than this the allocator gives pages back each time.
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 64L << 10);
    curl_easy_setopt(e, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(e, CURLOPT_HTTP_CONTENT_DECODING, 0L);  // body_decoder does that, and all of it
    if (options.compression) {
      curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
                     static_cast<long>(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (!options.ca_file.empty()) {
      curl_easy_setopt(e, CURLOPT_CAINFO, options.ca_file.c_str());
    }
  }

  void set_callbacks() {
    CURL* const e = easy.get();
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, message.data());
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &transfer::on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, &transfer::on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, this);
  }

  void start(const http_request& request) {
    cancel();
    headers = detail::to_list(request.headers);
    const bool has_body = request.verb != http_request::method::get || !request.body.empty();
    if (has_body) {
      detail::leave_out_what_curl_adds_to_bodies(headers, request.headers);
    }
    arriving.headers.clear();
    arriving.body.clear();
    header_bytes = 0;
    too_large = false;
    has_answered = false;
    body_begun = false;
    decoder.begin("");
    message[0] = '\0';
    CURL* const e = easy.get();
    curl_easy_setopt(e, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers.get());
    set_method(request.verb, request.body, has_body);
    curl_multi_add_handle(multi.get(), e);
    active = true;
    step();
  }

  void set_method(http_request::method verb, const std::string& body, bool has_body) {
    CURL* const e = easy.get();
    if (has_body) {
      curl_easy_setopt(e, CURLOPT_POST, 1L);
      curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, body.c_str());
    } else {
      curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
    }
    // libcurl says GET and POST by itself; that a POST-like request is called otherwise has to be told, and taken back.
    const bool usual = verb == (has_body ? http_request::method::post : http_request::method::get);
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, usual ? nullptr : name_of(verb));
  }

  void cancel() noexcept {
    if (active) {
      curl_multi_remove_handle(multi.get(), easy.get());
      active = false;
    }
  }

  /// How many transfers are still running: 1 or 0.
  int step() {
    int running = 0;
    if (const CURLMcode c = curl_multi_perform(multi.get(), &running); c != CURLM_OK) {
      throw error(errc::internal, std::string("libcurl: ") + curl_multi_strerror(c));
    }
    return running;
  }

  // Exceptions must not pass through libcurl: a callback that is short of memory cuts the transfer.
  static std::size_t on_body(const char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    auto& t = *static_cast<transfer*>(self);
    try {
      if (!std::exchange(t.body_begun, true)) {
        t.decoder.begin(t.arriving.header("Content-Encoding").value_or(""));
        t.reserve_announced();
      }
      return t.decoder.append({bytes, size}, t.arriving.body, t.options.max_body_bytes) ? size : 0;
    } catch (const std::exception&) {
      t.too_large = true;
      return 0;
    }
  }

  static std::size_t on_header(const char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    auto& t = *static_cast<transfer*>(self);
    try {
      const std::string_view line(bytes, size);
      t.header_bytes += size;
      if (t.header_bytes > t.options.max_header_bytes) {
        t.too_large = true;
        return 0;
      }
      if (line.starts_with("HTTP/")) {
        t.has_answered = true;
        t.arriving.headers.clear();  // what came before belonged to an interim response
      } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        t.arriving.headers.push_back(
            {std::string(line.substr(0, colon)), std::string(detail::trimmed(line.substr(colon + 1)))});
      }
      return size;
    } catch (const std::exception&) {
      t.too_large = true;
      return 0;
    }
  }

  CURLcode run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi.get()); });
    for (;;) {
      if (stop.stop_requested()) {
        throw error(errc::cancelled, "stop requested during an HTTP request");
      }
      if (step() == 0) {
        break;
      }
      curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    while (const CURLMsg* m = curl_multi_info_read(multi.get(), &left)) {
      if (m->msg == CURLMSG_DONE) {
        return m->data.result;
      }
    }
    throw error(errc::internal, "libcurl ended a transfer without a result");
  }

  /// Room for as many bytes as the response says it has: growing by and by would leave holes in the heap.
  void reserve_announced() {
    curl_off_t announced = -1;
    curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (decoder.is_plain() && announced > 0 && static_cast<std::uint64_t>(announced) <= options.max_body_bytes) {
      arriving.body.reserve(static_cast<std::size_t>(announced));
    }
  }

  /// The memory of the last body serves the next one. What has arrived of that by now is next to nothing.
  void reuse_memory() {
    result.body.assign(arriving.body);
    result.body.swap(arriving.body);
  }

  /// 0 where none has come, or one of an interim response only.
  int status_so_far() const {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    constexpr long first_final = 200;
    return has_answered && status >= first_final ? static_cast<int>(status) : 0;
  }

  void conclude(CURLcode code) {
    std::swap(result.headers, arriving.headers);
    std::swap(result.body, arriving.body);
    result.status = 0;
    result.failure.reset();
    const std::string problem = body_begun && !decoder.too_large() ? decoder.problem() : "";
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && !problem.empty())) {
      result.status = status_so_far();
      if (!problem.empty() && result.status < 300) {
        result.failure = {transport_failure::kind::connection, problem, result.status};
      } else if (!problem.empty()) {
        result.body.clear();  // the status says enough
      }
      return;
    }
    if (code == CURLE_URL_MALFORMAT) {
      throw error(errc::config, std::string("this URL cannot be requested: ") + curl_easy_strerror(code));
    }
    if (too_large || decoder.too_large()) {
      result.failure = {transport_failure::kind::too_large,
                        "the response is larger than `max_body_bytes`, " + std::to_string(options.max_body_bytes) +
                            " bytes: ask for less, or raise the limit",
                        status_so_far()};
      return;
    }
    result.failure = {kind_of(code), message[0] != '\0' ? message.data() : curl_easy_strerror(code), status_so_far()};
  }

  http_client_options options;
  http_result result;    // of the request before
  http_result arriving;  // headers and body so far
  detail::curl_header_list headers;
  bool active = false;
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool has_answered = false;  // with a status, of an interim response or the one that counts
  bool body_begun = false;
  detail::body_decoder decoder;
  std::array<char, CURL_ERROR_SIZE> message{};
  detail::curl_multi multi;
  detail::curl_easy easy;  // after multi: destroyed before it
};

http_client::http_client(const http_client_options& options) : transfer_(std::make_unique<transfer>(options)) {}

http_client::~http_client() = default;

const http_result& http_client::perform(const http_request& request, const std::stop_token& stop) {
  start(request);
  return finish(stop);
}

void http_client::start(const http_request& request) {
  // Not left to libcurl, whose "unsupported protocol" may also mean that the answer was no HTTP.
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) {
    throw error(errc::config, "this URL cannot be requested: it must begin with http:// or https://");
  }
  transfer_->start(request);
}

const http_result& http_client::finish(const std::stop_token& stop) {
  if (!transfer_->active) {
    throw error(errc::internal, "no HTTP request was started");
  }
  struct ending {
    transfer& t;
    ~ending() { t.cancel(); }
  };
  transfer_->reuse_memory();
  CURLcode code = CURLE_OK;
  {
    const ending always{*transfer_};
    code = transfer_->run(stop);
  }
  transfer_->conclude(code);
  return transfer_->result;
}

std::string http_client::take_body(std::string room) {
  room.clear();
  return std::exchange(transfer_->result.body, std::move(room));
}

void http_client::cancel() noexcept {
  transfer_->cancel();
}

}  // namespace ingest
