#include <boost/test/unit_test.hpp>

#include "ingest/http_client.hpp"
#include "support/child_process.hpp"
#include "support/http_source_fixture.hpp"
#include "support/scratch_dir.hpp"

using namespace ingest::testing;
using ingest::errc;
using ingest::transport_failure;

namespace {

/// A server with a certificate for localhost that nobody has signed but itself.
class tls_server {
 public:
  tls_server() {
    child_process request({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2", "-keyout",
                           key(), "-out", certificate()});
    BOOST_REQUIRE_MESSAGE(request.wait() == 0, request.err());
    server_.emplace(std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate(),
                                             "-key", key(), "-www"});
    server_->wait_for_output("ACCEPT 127.0.0.1:");
  }

  std::string url(const std::string& host) const {
    const std::string out = server_->out();
    const std::string start = "ACCEPT 127.0.0.1:";
    return "https://" + host + ":" + std::to_string(std::stoi(out.substr(out.find(start) + start.size()))) + "/";
  }
  std::string certificate() const { return (dir_ / "cert.pem").string(); }

 private:
  std::string key() const { return (dir_ / "key.pem").string(); }

  scratch_dir dir_;
  std::optional<child_process> server_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(is_spoken_with_a_server_whose_certificate_is_trusted) {
  const tls_server server;
  ingest::http_client client({.ca_file = server.certificate()});
  const auto& result = client.perform({.url = server.url("localhost")}, {});
  BOOST_TEST(!result.failure.has_value());
  BOOST_TEST(result.status == 200);
}

BOOST_AUTO_TEST_CASE(is_refused_with_an_unknown_authority_and_for_the_wrong_host) {
  const tls_server server;
  ingest::http_client trusting_system({});
  BOOST_TEST((trusting_system.perform({.url = server.url("localhost")}, {}).failure.value().what ==
              transport_failure::kind::certificate));
  ingest::http_client trusting_server({.ca_file = server.certificate()});
  BOOST_TEST((trusting_server.perform({.url = server.url("127.0.0.1")}, {}).failure.value().what ==
              transport_failure::kind::certificate));
}

BOOST_FIXTURE_TEST_CASE(that_is_refused_ends_a_source_as_unavailable_without_retries, http_source_fixture) {
  const tls_server untrusted;
  auto o = options();
  o.base_url = untrusted.url("localhost");
  BOOST_CHECK_EXCEPTION(read(o), ingest::error, fails_with(errc::unavailable, "`ca_file`"));
  BOOST_TEST(counters.requests == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
