// Prints a stream of an API that an Airbyte low-code manifest describes, a line of JSON a record. What the manifest has
// in Python, a transformation, is here in C++: each record tells which slice it is of.
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/log.hpp"
#include "ingest/rest_source.hpp"
#include "ingest/sinks/fd_sink.hpp"

ingest::custom::transformation with_slice(const ingest::custom::declaration& declared) {
  const std::string name = declared.text("field").value_or("slice");
  return [name](std::string_view record, const ingest::custom::call& call) {
    const bool is_empty = record == "{}";
    return "{\"" + name + "\":" + call.slice() + (is_empty ? "" : ",") + std::string(record.substr(1));
  };
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int main(int argc, char** argv) try {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: rest_stream MANIFEST CONFIG [STREAM]\n";
    return 64;
  }
  ingest::log::configure(ingest::log::format::text, ingest::log::level::warning);

  ingest::rest_options options;
  options.components.transformations["source_library.components.WithSlice"] = with_slice;

  const auto manifest = ingest::rest_manifest::load(argv[1]);
  if (argc == 3) {
    for (const ingest::rest_stream& s : manifest.streams(options.components)) {
      std::cout << s.name << (s.problem.empty() ? "" : " cannot be read: " + s.problem) << '\n';
    }
    return 0;
  }
  const auto api = ingest::make_rest_api(manifest, text_of(argv[2]), options);
  const ingest::rest_source stream = ingest::make_rest_source(api, argv[3]);
  const auto result = ingest::actors::pipeline_builder()
                          .from(stream.sources)
                          .slices(stream.slices, 4)
                          .to([](std::size_t) { return std::make_unique<ingest::fd_sink>(STDOUT_FILENO); })
                          .run();

  if (!result.ok()) {
    std::cerr << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
} catch (const ingest::error& e) {
  std::cerr << e.what() << '\n';
  return e.exit_code();
}
