// A test program for a source and a sink of one's own: does what their contracts ask hold? With a test framework, make
// each case a test, or call require() in one.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "ingest/testing/contract.hpp"
#include "page_files.hpp"
#include "squares.hpp"

namespace {

std::filesystem::path new_directory() {
  std::string path = std::filesystem::temp_directory_path() / "contract_test.XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    throw ingest::error(ingest::errc::io, path + " cannot be made");
  }
  return path;
}

// Batches as a durable buffer gives them: they consist of pages.
ingest::batch page_of_lines(std::uint64_t n) {
  ingest::batch b;
  b.data = std::make_shared<const std::string>("line " + std::to_string(n) + "\n");
  b.records = 1;
  b.pages.resize(1);
  b.pages[0].id = n;
  b.pages[0].length = b.data->size();
  b.pages[0].rows = 1;
  return b;
}

std::string contents_of(const std::filesystem::path& directory) {
  std::string all;
  for (int n = 1; std::filesystem::exists(directory / std::to_string(n)); ++n) {
    std::ifstream file(directory / std::to_string(n));
    all.append(std::istreambuf_iterator(file), {});
  }
  return all;
}

}  // namespace

int main() {
  ingest::testing::source_kind source;
  source.make = [] { return std::make_unique<squares>(3); };
  source.contents = "1\n4\n9\n";

  std::filesystem::path directory;
  ingest::testing::sink_kind sink;
  sink.make = [&] {
    std::filesystem::remove_all(directory);
    directory = new_directory();
    return std::make_unique<page_files>(directory);
  };
  sink.sample = page_of_lines;
  sink.contents = [&] { return contents_of(directory); };
  sink.contents_after_abort = [](const std::string& written) { return written; };  // it commits each write

  int status = 0;
  try {
    ingest::testing::require(ingest::testing::source_cases(), source);
    ingest::testing::require(ingest::testing::sink_cases(), sink);
    std::cout << "the contracts are kept\n";
  } catch (const std::logic_error& e) {
    std::cerr << e.what() << '\n';
    status = 1;
  }
  std::filesystem::remove_all(directory);
  return status;
}
