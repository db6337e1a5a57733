// A chain of transforms: keeps the lines that hold a word, hashes them, compresses them with zstd.
#include <iostream>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "ingest/transforms/compress_transform.hpp"
#include "ingest/transforms/filter_transform.hpp"
#include "ingest/transforms/sha256_transform.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: hash_and_compress FROM.ndjson WORD TO.ndjson.zst\n";
    return 64;
  }
  const std::string_view word = argv[2];
  ingest::ndjson_source from(argv[1]);
  ingest::file_sink to(argv[3]);

  const auto keep = std::make_shared<ingest::filter_transform>(
      [word](std::string_view line) { return line.find(word) != std::string_view::npos; });
  const auto hash = std::make_shared<ingest::sha256_transform>();
  const auto compress = std::make_shared<ingest::compress_transform>(ingest::compress_transform::format::zstd);
  const auto result = ingest::ingest_stream(from, to, {.transforms = {keep, hash, compress}});

  if (!result.ok()) {
    std::cerr << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
  std::cout << hash->hex_digest() << "  " << result.records << " lines\n";
}
