#include "support/demo_api.hpp"

#include <fcntl.h>
#include <poll.h>
#include <rapidjson/document.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "support/http_exchange.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

namespace ingest::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto start_limit = 60s;

/// Starts the program; standard output, and standard error if `err` is a descriptor, go there.
pid_t spawn(std::vector<std::string> flags, int out, int err) {
  std::string program = INGEST_BIN_DIR "/demo_api";
  std::vector<char*> arguments = {program.data()};
  for (auto& flag : flags) {
    arguments.push_back(flag.data());
  }
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent || ::dup2(out, STDOUT_FILENO) < 0 || (err >= 0 && ::dup2(err, STDERR_FILENO) < 0)) {
      ::_exit(126);
    }
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }
  return child;
}

int await_exit(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "waitpid");
    }
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string read_to_end(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  std::array<char, 65536> part;
  for (ssize_t n; (n = ::read(fd, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(n));
  }
  ::close(fd);
  return text;
}

std::string body_of(const std::string& url) {
  http_client client;
  const auto answer = client.get(url);
  if (!answer.failure.empty() || answer.status != 200) {
    throw std::runtime_error("no " + url + ": " + answer.failure);
  }
  return answer.body;
}

}  // namespace

demo_api_process::demo_api_process(std::vector<std::string> flags) {
  if (std::find(flags.begin(), flags.end(), "--port") == flags.end()) {
    flags.insert(flags.end(), {"--port", "0"});
  }
  std::array<int, 2> out;
  if (::pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  pid_ = spawn(std::move(flags), out[1], -1);
  ::close(out[1]);
  await_port(out[0]);
  ::close(out[0]);
  if (port_ == 0) {
    ::kill(pid_, SIGKILL);
    throw std::runtime_error("demo_api did not start to listen; it exited with " + std::to_string(await_exit(pid_)));
  }
}

void demo_api_process::await_port(int out) {
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  std::string line;
  while (line.find('\n') == std::string::npos) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd readable = {out, POLLIN, 0};
    char c = 0;
    if (left <= 0ms || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0 || ::read(out, &c, 1) <= 0) {
      return;
    }
    line += c;
  }
  rapidjson::Document said;
  said.Parse(line.c_str());
  if (said.IsObject() && said.HasMember("port") && said["port"].IsInt()) {
    port_ = said["port"].GetInt();
  }
}

demo_api_process::~demo_api_process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

int demo_api_process::stop() {
  ::kill(pid_, SIGTERM);
  const int code = await_exit(pid_);
  pid_ = -1;
  return code;
}

std::map<std::string, std::uint64_t> demo_api_process::counters() const {
  http_client client;
  const auto answer = client.get(origin() + "/counters");
  rapidjson::Document json;
  json.Parse(answer.body.c_str());
  if (!answer.failure.empty() || !json.IsObject()) {
    throw std::runtime_error("no counters: " + answer.failure);
  }
  std::map<std::string, std::uint64_t> counters;
  for (const auto& counter : json.GetObject()) {
    counters[counter.name.GetString()] = counter.value.GetUint64();
  }
  return counters;
}

std::string demo_api_process::truth() const {
  return body_of(origin() + "/truth");
}

described_api::described_api(const std::string& description) : described_api(description, "") {}

described_api::described_api(const std::string& description, const std::string& file)
    : process_([&]() -> std::vector<std::string> {
        if (file.empty()) {
          put_text(directory_ / "api.yaml", description);
        }
        return {"--rest", file.empty() ? (directory_ / "api.yaml").string() : file};
      }()) {}

std::string described_api::truth(const std::string& resource) const {
  return body_of(url("/truth/" + resource));
}

std::string described_api::requests() const {
  return body_of(url("/requests"));
}

void described_api::control(const std::string& what) const {
  http_client client;
  const auto answer = client.post(url("/control/" + what));
  if (answer.status != 200) {
    throw std::runtime_error("POST /control/" + what + " was answered with " + std::to_string(answer.status));
  }
}

demo_api_result run_demo_api(std::vector<std::string> flags) {
  const scratch_dir dir;
  const int out = ::open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const int err = ::open((dir / "err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const int code = await_exit(spawn(std::move(flags), out, err));
  ::close(out);
  ::close(err);
  return {code, read_to_end(dir / "out"), read_to_end(dir / "err")};
}

}  // namespace ingest::testing
