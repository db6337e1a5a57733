#include "serve/http_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <chrono>
#include <thread>

namespace ingest::app {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t most_connections = 64;
constexpr std::uint32_t most_head_bytes = 16 << 10;
constexpr std::uint64_t most_body_bytes = 64 << 10;
constexpr std::chrono::seconds most_time(10);
/// Where there is no descriptor for one more connection.
constexpr std::chrono::milliseconds breath(200);

template <class Text>
std::string text_of(const Text& text) {
  return std::string(text.data(), text.size());
}

using answering = std::function<http_reply(const http_asked&)>;

/// One connection: a request, its answer, the end. Held by whatever it waits for.
class session : public std::enable_shared_from_this<session> {
 public:
  session(asio::io_context& in, int fd, const answering& answer, std::size_t& open)
      : stream_(in, fd), deadline_(in), answer_(answer), open_(open) {
    ++open_;
    parser_.header_limit(most_head_bytes);
    parser_.body_limit(most_body_bytes);
  }
  ~session() { --open_; }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void begin() {
    deadline_.expires_after(most_time);
    deadline_.async_wait([self = weak_from_this()](const boost::system::error_code& problem) {
      if (const auto that = self.lock(); that && !problem) {
        that->close();
      }
    });
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](const boost::system::error_code& problem, std::size_t) {
                       problem ? self->close() : self->reply();
                     });
  }

 private:
  void reply() {
    const auto& request = parser_.get();
    http_asked asked;
    asked.method = text_of(request.method_string());
    asked.path = text_of(request.target());
    asked.path = asked.path.substr(0, asked.path.find_first_of("?#"));
    asked.host = text_of(request[http::field::host]);
    asked.origin = text_of(request[http::field::origin]);
    asked.authorization = text_of(request[http::field::authorization]);
    http_reply made = answer_(asked);
    message_.version(11);
    message_.result(made.status);
    message_.set(http::field::content_type, made.type);
    message_.set(http::field::cache_control, "no-store");
    message_.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, content] : made.headers) {
      message_.set(name, content);
    }
    message_.keep_alive(false);
    message_.body() = std::move(made.body);
    message_.prepare_payload();
    http::async_write(stream_, message_,
                      [self = shared_from_this()](const boost::system::error_code&, std::size_t) { self->close(); });
  }

  void close() {
    boost::system::error_code ignored;
    deadline_.cancel();
    stream_.close(ignored);
  }

  asio::posix::stream_descriptor stream_;
  asio::steady_timer deadline_;
  const answering& answer_;
  std::size_t& open_;
  boost::beast::flat_buffer buffer_{most_head_bytes + most_body_bytes};
  http::request_parser<http::string_body> parser_;
  http::response<http::string_body> message_;
};

}  // namespace

struct http_server::loop {
  loop(int socket, answering a) : listening(context, socket), answer(std::move(a)) {}

  void wait() {
    listening.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& problem) {
      if (!problem) {
        accept();
      }
    });
  }

  void accept() {
    for (;;) {
      const int fd = ::accept4(listening.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        pause.expires_after(breath);
        pause.async_wait([this](const boost::system::error_code& problem) {
          if (!problem) {
            wait();
          }
        });
        return;
      }
      if (fd < 0 && errno != ECONNABORTED && errno != EINTR) {
        break;
      }
      if (fd >= 0 && open >= most_connections) {
        ::close(fd);
      } else if (fd >= 0) {
        std::make_shared<session>(context, fd, answer, open)->begin();
      }
    }
    wait();
  }

  std::size_t open = 0;  ///< connections; outlives them
  asio::io_context context{1};
  asio::posix::stream_descriptor listening;
  asio::steady_timer pause{context};
  answering answer;
  std::thread thread;
};

http_server::http_server(int listening, std::function<http_reply(const http_asked&)> answer)
    : loop_(std::make_unique<loop>(listening, std::move(answer))) {
  loop_->wait();
  loop_->thread = std::thread([this] { loop_->context.run(); });
}

http_server::~http_server() {
  loop_->context.stop();
  loop_->thread.join();
}

}  // namespace ingest::app
