// YAML and JSON documents, and manifests that are made of them.
#include "fuzz/fuzz_target.hpp"
#include "rest/document/manifest_report.hpp"
#include "rest/document/settings/connection_settings.hpp"
#include "rest/document/settings/setting_expansion.hpp"

using namespace ingest;
using namespace ingest::fuzz;
using namespace ingest::rest;

namespace {

constexpr std::size_t largest_written = 100'000;  // what references multiply is not all to be written out each time

/// What is written as JSON is the same when it is read. Infinity and NaN are refused, as JSON has none.
void check_json(const document& d) {
  if (!d.root.is_dict() || d.root.parts() > largest_written) {
    return;
  }
  std::string json;
  if (!refusal_of([&] { json = d.root.to_json(); })) {
    require(parse_document(json, "again.json").root.to_json() == json, "a document is the same when it is read again");
  }
}

void check_settings(const manifest& m, const document& config) {
  const setting_origins none{
      [](const std::string&) { return std::nullopt; },
      [](const std::string& path) -> std::string { throw error(errc::io, "cannot read " + path); }};
  refusal_of([&] { checked_settings(m, expanded_settings(config, none)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  document d;
  const auto refused = refusal_of([&] { d = parse_document(text, "fuzz"); });
  if (refused) {
    require(refused->code() == errc::config, "a document is refused for what is in it");
    require(std::string_view(refused->what()).starts_with("fuzz"), "an error names the document");
    return 0;
  }
  check_json(d);
  refusal_of([&] {
    const manifest m = prepared_manifest(d);
    const manifest_report r = report_of(m);
    require(!to_text(r).empty() && to_json(r).front() == '{', "there is a report of each manifest");
    check_settings(m, d);
  });
  return 0;
}
