#include <curl/curl.h>
#include <gnu/libc-version.h>
#include <libpq-fe.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>

#include "doctor/examination.hpp"
#include "ingest/version.hpp"

namespace ingest::app {

namespace {

using enum finding::grade;

std::string text_of(rlim_t limit) {
  return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit);
}

rlim_t soft_limit(int of) {
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource>(of), &limit);
  return limit.rlim_cur;
}

finding of_descriptors() {
  constexpr rlim_t enough = 512;  // connections of eight readers and eight loaders, segments, pipes
  const rlim_t files = soft_limit(RLIMIT_NOFILE);
  return files < enough ? finding{doubtful, "a process may open " + text_of(files) +
                                                " files: connections and segments need some hundreds (ulimit -n)"}
                        : finding{good, text_of(files) + " files may be open"};
}

finding of_file_sizes(const settings& s) {
  const rlim_t bytes = soft_limit(RLIMIT_FSIZE);
  return bytes < s.segment_bytes
             ? finding{bad, "a file may have " + text_of(bytes) + " bytes (ulimit -f), and SEGMENT_BYTES is " +
                                std::to_string(s.segment_bytes) + ": raise one or lower the other"}
             : finding{good, "files may be " + text_of(bytes) + " bytes long"};
}

/// Whether something in between may answer in the place of the kernel.
finding of_preloaded_libraries() {
  const char* const libraries = std::getenv("LD_PRELOAD");
  const std::string names = libraries == nullptr ? "" : libraries;
  if (names.find("eatmydata") != std::string::npos) {
    return {bad, "LD_PRELOAD has libeatmydata: fsync does nothing, and a power failure loses what was called durable"};
  }
  return names.empty() ? finding{good, "no library is preloaded"} : finding{doubtful, "LD_PRELOAD is " + names};
}

finding of_clock() {
  timex state{};
  const int told = ::adjtimex(&state);
  if (told == TIME_ERROR) {
    return {
        doubtful,
        "the kernel says that its clock is synchronized with nothing: schedules, and syncs up to a moment of an API, "
        "go by it (chrony, systemd-timesyncd)"};
  }
  return {good, told < 0 ? "whether the clock is synchronized is not to be known here" : "the clock is synchronized"};
}

/// Of the control group, as a container has one.
finding of_memory() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::string limit;
  if (!(file >> limit) || limit == "max") {
    return {good, "memory is not limited"};
  }
  constexpr std::uint64_t enough = 128ull << 20;
  return std::strtoull(limit.c_str(), nullptr, 10) < enough
             ? finding{doubtful,
                       "the control group may take " + limit +
                           " bytes of memory, and a run needs up to 100 MB: it would be killed, and go on when "
                           "it is begun again"}
             : finding{good, "memory is limited to " + limit + " bytes"};
}

}  // namespace

std::vector<finding> examine_versions(const settings&) {
  utsname kernel{};
  ::uname(&kernel);
  const int libpq = PQlibVersion();
  return {{good, "ingest " + std::string(version()) + ", libpq " + std::to_string(libpq / 10000) + "." +
                     std::to_string(libpq % 10000) + ", libcurl " + ::curl_version_info(CURLVERSION_NOW)->version +
                     ", glibc " + ::gnu_get_libc_version() + ", " + kernel.sysname + " " + kernel.release + " " +
                     kernel.machine}};
}

std::vector<finding> examine_machine(const settings& s) {
  return {of_clock(), of_memory(), of_descriptors(), of_file_sizes(s), of_preloaded_libraries()};
}

}  // namespace ingest::app
