// Copies a file through one of the two engines, for the questions copy and copy_memory.
//
//   copy_file loop|pipeline FROM TO [--write-ms N]
//
// --write-ms makes the sink take so long for each write.

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/file_source.hpp"
#include "ingest/stop.hpp"

namespace {

/// Passes everything on, after a pause.
class slow_sink final : public ingest::sink {
 public:
  slow_sink(std::unique_ptr<ingest::sink> to, std::chrono::milliseconds pause) : to_(std::move(to)), pause_(pause) {}

  void open(std::stop_token stop) override { to_->open(stop_ = std::move(stop)); }
  ingest::write_outcome write(const ingest::batch& records) override {
    ingest::wait_for(pause_, stop_);
    return to_->write(records);
  }
  ingest::commit_point commits() const override { return to_->commits(); }
  void finalize() override { to_->finalize(); }
  void abort(const ingest::error& why) override { to_->abort(why); }

 private:
  std::unique_ptr<ingest::sink> to_;
  std::chrono::milliseconds pause_;
  std::stop_token stop_;
};

ingest::stream_result copy(std::string_view engine, ingest::source& from, ingest::sink& to) {
  return engine == "loop" ? ingest::ingest_stream(from, to)
                          : ingest::actors::pipeline_builder().from(from).to(to).run();
}

}  // namespace

int main(int argc, char** argv) {
  const bool slow = argc == 6 && std::string_view(argv[4]) == "--write-ms";
  if (argc != 4 && !slow) {
    std::cerr << "usage: copy_file loop|pipeline FROM TO [--write-ms N]\n";
    return 64;
  }
  ingest::file_source from(argv[2]);
  auto file = std::make_unique<ingest::file_sink>(argv[3]);
  const std::unique_ptr<ingest::sink> to =
      slow ? std::make_unique<slow_sink>(std::move(file), std::chrono::milliseconds(std::atoi(argv[5])))
           : std::unique_ptr<ingest::sink>(std::move(file));
  const auto result = copy(argv[1], from, *to);
  if (!result.ok()) {
    std::cerr << "copy_file: " << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
}
