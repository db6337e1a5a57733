#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <random>

#include "faults/small_disk.hpp"
#include "soak/soak_run.hpp"

using namespace ingest::testing;

namespace {

std::sig_atomic_t volatile interrupted = 0;

/// Runs until the time is over. Returns false at the first run that is not what it should be.
bool soak(std::chrono::steady_clock::time_point end, std::uint64_t seed, bool small_disks, soak_counts& counts) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  for (; std::chrono::steady_clock::now() < end && interrupted == 0; ++seed) {
    soak_run run(seed, cluster, small_disks);
    std::optional<std::string> wrong;
    try {
      wrong = run.execute(counts);
    } catch (const std::exception& e) {
      wrong = e.what();
    }
    if (wrong && interrupted == 0) {
      std::cout << "WRONG: " << *wrong << "\n  " << run.plan() << "\n  evidence: " << run.keep_evidence().string()
                << std::endl;
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
  CLI::App app("Kills ingest and its database at random moments, run after run, and compares each outcome.");
  app.add_option("minutes", minutes, "How long; the run that is under way then is completed")->capture_default_str();
  app.add_option("--seed", seed, "Plans the first run; each further run has the next number");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  const bool small_disks = own_mounts();
  std::cout << "seed " << seed << ", " << minutes << " minutes, "
            << (small_disks ? "small disks" : "no small disks: only root may mount them") << std::endl;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                               std::chrono::duration<double, std::ratio<60>>(minutes));
  soak_counts counts;
  const bool right = soak(end, seed, small_disks, counts);
  std::cout << (right ? "OK: " : "FAILED: ") << counts.text() << std::endl;
  return right ? 0 : 1;
}
