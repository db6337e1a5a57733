#include "ingest/http_client.hpp"

#include <curl/curl.h>

#include <array>

namespace ingest {

namespace {

struct multi_deleter {
  void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
struct easy_deleter {
  void operator()(CURL* e) const { curl_easy_cleanup(e); }
};
struct list_deleter {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};
using header_list = std::unique_ptr<curl_slist, list_deleter>;

void initialize_curl_once() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) {
    throw error(errc::internal, "libcurl cannot be initialized", false);
  }
}

template <class T>
T* require(T* handle) {
  if (handle == nullptr) {
    throw std::bad_alloc();
  }
  return handle;
}

header_list to_list(const std::vector<http_header>& headers) {
  header_list list;
  for (const http_header& h : headers) {
    validate(h);
    // libcurl takes "Name:" as the wish to send no such header, and "Name;" for an empty one.
    const std::string line = h.value.empty() ? h.name + ";" : h.name + ": " + h.value;
    curl_slist* const longer = require(curl_slist_append(list.get(), line.c_str()));
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

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

}  // namespace

struct http_client::transfer {
  explicit transfer(const http_client_options& o) : options(o) {
    initialize_curl_once();
    multi.reset(require(curl_multi_init()));
    easy.reset(require(curl_easy_init()));
    set_limits();
    set_callbacks();
  }

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
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.low_speed_time.count()));
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, options.low_speed_limit);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 256L << 10);
    curl_easy_setopt(e, CURLOPT_USERAGENT, options.user_agent.c_str());
    if (options.compression) {
      curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");  // all that this libcurl can decode
    }
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

  void prepare(const http_request& request, const header_list& headers) {
    CURL* const e = easy.get();
    result.status = 0;
    result.headers.clear();
    result.body.clear();
    result.failure.reset();
    header_bytes = 0;
    too_large = false;
    message[0] = '\0';
    curl_easy_setopt(e, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers.get());
    if (request.verb == http_request::method::post) {
      curl_easy_setopt(e, CURLOPT_POST, 1L);
      curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
      curl_easy_setopt(e, CURLOPT_POSTFIELDS, request.body.c_str());
    } else {
      curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
    }
  }

  // Exceptions must not pass through libcurl: a callback that is short of memory cuts the transfer.
  static std::size_t on_body(const char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    auto& t = *static_cast<transfer*>(self);
    try {
      if (size > t.options.max_body_bytes - t.result.body.size()) {
        t.too_large = true;
        return 0;
      }
      t.result.body.append(bytes, size);
      return size;
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
        t.result.headers.clear();  // what came before belonged to an interim response
      } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        t.result.headers.push_back({std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
      }
      return size;
    } catch (const std::exception&) {
      t.too_large = true;
      return 0;
    }
  }

  CURLcode run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi.get()); });
    for (int running = 1; running != 0;) {
      if (stop.stop_requested()) {
        throw error(errc::cancelled, "stop requested during an HTTP request");
      }
      if (const CURLMcode c = curl_multi_perform(multi.get(), &running); c != CURLM_OK) {
        throw error(errc::internal, std::string("libcurl: ") + curl_multi_strerror(c));
      }
      if (running != 0) {
        curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
      }
    }
    int left = 0;
    while (const CURLMsg* m = curl_multi_info_read(multi.get(), &left)) {
      if (m->msg == CURLMSG_DONE) {
        return m->data.result;
      }
    }
    throw error(errc::internal, "libcurl ended a transfer without a result");
  }

  void conclude(CURLcode code) {
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
      result.status = static_cast<int>(status);
      return;
    }
    if (code == CURLE_URL_MALFORMAT) {
      throw error(errc::config, std::string("this URL cannot be requested: ") + curl_easy_strerror(code));
    }
    if (too_large) {
      result.failure = {transport_failure::kind::too_large, "the response is larger than MAX_PAGE_BYTES, " +
                                                                std::to_string(options.max_body_bytes) +
                                                                " bytes: lower BATCH_SIZE, or raise the limit"};
      return;
    }
    result.failure = {kind_of(code), message[0] != '\0' ? message.data() : curl_easy_strerror(code)};
  }

  http_client_options options;
  http_result result;
  std::size_t header_bytes = 0;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> message{};
  std::unique_ptr<CURLM, multi_deleter> multi;
  std::unique_ptr<CURL, easy_deleter> easy;  // after multi: destroyed before it
};

http_client::http_client(const http_client_options& options) : transfer_(std::make_unique<transfer>(options)) {}

http_client::~http_client() = default;

const http_result& http_client::perform(const http_request& request, const std::stop_token& stop) {
  struct registration {
    registration(CURLM* m, CURL* e) : multi(m), easy(e) { curl_multi_add_handle(multi, easy); }
    ~registration() { curl_multi_remove_handle(multi, easy); }
    CURLM* multi;
    CURL* easy;
  };
  // Not left to libcurl, whose "unsupported protocol" may also mean that the answer was no HTTP.
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) {
    throw error(errc::config, "this URL cannot be requested: it must begin with http:// or https://");
  }
  const header_list headers = to_list(request.headers);
  transfer_->prepare(request, headers);
  CURLcode code = CURLE_OK;
  {
    const registration active(transfer_->multi.get(), transfer_->easy.get());
    code = transfer_->run(stop);
  }
  transfer_->conclude(code);
  return transfer_->result;
}

}  // namespace ingest
