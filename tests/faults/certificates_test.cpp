#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <optional>

#include "faults/faulty_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

/// An HTTPS server at localhost whose certificate is signed by itself and valid for this many days.
class https_server {
 public:
  explicit https_server(int days) {
    put_text(dir_ / "names", "subjectAltName=DNS:localhost\n");
    run_openssl({"openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                 "/CN=localhost", "-keyout", key(), "-out", file("request.pem")});
    // `openssl x509` of today makes no certificate that ends before it begins to count; `openssl ca` is told both.
    put_text(dir_ / "ca.conf", "[ca]\ndefault_ca=a\n[a]\ndatabase=" + file("index") + "\nserial=" + file("serial") +
                                   "\nnew_certs_dir=" + dir_.path().string() +
                                   "\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n");
    put_text(dir_ / "index", "");
    put_text(dir_ / "serial", "01\n");
    const auto day = [](int from_now) {
      const std::time_t then = std::time(nullptr) + from_now * 86'400;
      std::array<char, 16> text;
      std::strftime(text.data(), text.size(), "%y%m%d%H%M%SZ", std::gmtime(&then));
      return std::string(text.data());
    };
    run_openssl({"openssl", "ca", "-batch", "-notext", "-selfsign", "-config", file("ca.conf"), "-in",
                 file("request.pem"), "-keyfile", key(), "-startdate", day(std::min(days, 0) - 1), "-enddate",
                 day(days), "-extfile", file("names"), "-out", certificate()});
    server_.emplace(std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate(),
                                             "-key", key(), "-www"});
    server_->wait_for_output("ACCEPT 127.0.0.1:");
  }

  std::string certificate() const { return file("cert.pem"); }

  std::string url(const std::string& host) const {
    const std::string mark = "ACCEPT 127.0.0.1:";
    const std::string said = server_->out();
    const int port = std::stoi(said.substr(said.find(mark) + mark.size()));
    return "https://" + host + ":" + std::to_string(port) + "/api/v1";
  }

 private:
  static void run_openssl(const std::vector<std::string>& arguments) {
    const auto p = run_process(arguments);
    BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
  }
  std::string file(const char* name) const { return (dir_ / name).string(); }
  std::string key() const { return file("key.pem"); }

  scratch_dir dir_;
  std::optional<child_process> server_;
};

struct certified_run {
  ingest_run r{1'000};

  finished_process run_against(const https_server& server, const std::string& host, bool trusted) {
    r.environment["API_BASE_URL"] = server.url(host);
    if (trusted) {
      r.environment["TLS_CA_FILE"] = server.certificate();
    }
    return r.run("run", {"--retry-deadline-ms", "500", "--request-timeout-ms", "1s", "--max-restarts", "0"});
  }

  void check_refused(int days, const std::string& host, bool trusted, const std::string& words) {
    const https_server server(days);
    const auto p = run_against(server, host, trusted);
    check_ended(p, 69, words);
    check_ended(p, 69, "TLS_CA_FILE");
    BOOST_TEST(count_in(r.report(), "requests") == 1u);
  }

  void check_completes_over_http() {
    r.environment["API_BASE_URL"] = r.api.base_url();
    r.environment.erase("TLS_CA_FILE");
    check_completes(r, {"--fresh", "--yes"});  // it is another API
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_certificate, certified_run)

BOOST_AUTO_TEST_CASE(that_has_expired_ends_the_run_with_69) {
  check_refused(-1, "localhost", true, "certificate has expired");
  check_completes_over_http();
}

BOOST_AUTO_TEST_CASE(of_another_host_ends_the_run_with_69) {
  check_refused(2, "127.0.0.1", true, "127.0.0.1");
  check_completes_over_http();
}

BOOST_AUTO_TEST_CASE(that_nobody_trusted_has_signed_ends_the_run_with_69) {
  check_refused(2, "localhost", false, "certificate");
  check_completes_over_http();
}

BOOST_AUTO_TEST_CASE(that_is_good_and_trusted_is_not_what_a_run_fails_for) {
  // The server is no API, and answers with a page in HTML.
  const https_server server(2);
  const auto p = run_against(server, "localhost", true);
  BOOST_TEST(p.exit_code != 0);
  BOOST_TEST(p.err.find("TLS_CA_FILE") == std::string::npos, p.err);
  check_completes_over_http();
}

BOOST_AUTO_TEST_SUITE_END()
