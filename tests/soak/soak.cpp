#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <random>

#include "faults/small_disk.hpp"
#include "soak/service_soak.hpp"
#include "soak/soak_run.hpp"

using namespace ingest::testing;

namespace {

std::sig_atomic_t volatile interrupted = 0;

using moment = std::chrono::steady_clock::time_point;

bool goes_on(moment end) {
  return std::chrono::steady_clock::now() < end && interrupted == 0;
}

/// What `f` says is wrong, or why it could not find out.
template <class F>
std::optional<std::string> wrong_with(F f) {
  try {
    return f();
  } catch (const std::exception& e) {
    return e.what();
  }
}

void tell(const std::string& wrong, const std::string& plan, const std::filesystem::path& evidence) {
  std::cout << "WRONG: " << wrong << "\n  " << plan << "\n  evidence: " << evidence.string() << std::endl;
}

/// Runs until the time is over. Returns false at the first run that is not what it should be.
bool soak_runs(moment end, std::uint64_t seed, bool small_disks, soak_counts& counts) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  for (; goes_on(end); ++seed) {
    soak_run run(seed, cluster, small_disks);
    const auto wrong = wrong_with([&] { return run.execute(counts); });
    if (wrong && interrupted == 0) {
      tell(*wrong, run.plan(), run.keep_evidence());
      return false;
    }
    std::cout << "seed " << seed << ": " << counts.text() << std::endl;
  }
  return true;
}

/// As above, with services that live some forty times each.
bool soak_services(moment end, std::uint64_t seed, service_soak_counts& counts) {
  constexpr int lives = 40;
  postgres_cluster cluster({.durable = false, .settings = {}});
  for (; goes_on(end); ++seed) {
    service_soak service(seed, cluster);
    std::optional<std::string> wrong;
    for (int i = 0; i < lives && goes_on(end) && !wrong; ++i) {
      wrong = wrong_with([&] { return service.live_and_die(counts); });
    }
    wrong = wrong ? wrong : wrong_with([&] { return service.finish(counts); });
    if (wrong && interrupted == 0) {
      tell(*wrong, "--serve --seed " + std::to_string(seed), service.keep_evidence());
      return false;
    }
    std::cout << "seed " << seed << ": " << counts.text() << std::endl;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  double minutes = 10;
  std::uint64_t seed = std::random_device()();
  bool serve = false;
  CLI::App app("Kills ingest and its database at random moments, run after run, and compares each outcome.");
  app.add_option("minutes", minutes, "How long; the run that is under way then is completed")->capture_default_str();
  app.add_option("--seed", seed, "Plans the first run; each further run has the next number");
  app.add_flag("--serve", serve, "A service with its pipelines instead of single runs");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  const bool small_disks = own_mounts();
  std::cout << "seed " << seed << ", " << minutes << " minutes, "
            << (small_disks ? "small disks" : "no small disks: only root may mount them") << std::endl;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                               std::chrono::duration<double, std::ratio<60>>(minutes));
  soak_counts runs;
  service_soak_counts services;
  const bool right = serve ? soak_services(end, seed, services) : soak_runs(end, seed, small_disks, runs);
  std::cout << (right ? "OK: " : "FAILED: ") << (serve ? services.text() : runs.text()) << std::endl;
  return right ? 0 : 1;
}
