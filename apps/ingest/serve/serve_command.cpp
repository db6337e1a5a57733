#include "serve/serve_command.hpp"

#include <filesystem>
#include <optional>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "serve/pipelines_folder.hpp"
#include "serve/service.hpp"
#include "serve/service_http.hpp"

namespace ingest::app {

namespace {

std::string token_in(const std::filesystem::path& file) {
  constexpr std::size_t least = 16;
  if (file.empty()) {
    return {};
  }
  std::string token = read_token(file);
  if (token.size() < least) {
    throw error(errc::config, "HTTP_TOKEN_FILE " + file.string() + " must hold a token of at least " +
                                  std::to_string(least) + " characters: write one with openssl rand -hex 24");
  }
  return token;
}

int check_pipelines(const settings& s, std::ostream& out) {
  const pipelines_folder found =
      read_pipelines(s.pipelines_dir, s.state_directory, rest::setting_origins::of_process(), s.max_memory);
  for (const auto& [name, p] : found.pipelines) {
    out << p.path.string() << ": " << p.rules.when.text() << '\n';
    for (const std::string& doubt : p.doubts) {
      out << "  " << doubt << '\n';
    }
  }
  for (const auto& [name, why] : found.refused) {
    out << why << '\n';
  }
  out << found.pipelines.size() << " of " << found.pipelines.size() + found.refused.size()
      << " pipelines can be used\n";
  return found.refused.empty() ? 0 : exit_code_of(errc::config);
}

}  // namespace

int serve_command(const settings& s, bool check, std::ostream& out) {
  if (check) {
    return check_pipelines(s, out);
  }
  const std::string token = token_in(s.http_token_file);
  const auto address =
      s.http_address.empty() ? std::nullopt : std::optional<http_address>(parse_http_address(s.http_address));
  service_options options;
  options.folder = std::filesystem::absolute(s.pipelines_dir);
  options.state = std::filesystem::absolute(s.state_directory);
  options.program = std::filesystem::read_symlink("/proc/self/exe").string();
  options.most_syncs = s.max_syncs;
  options.most_connections = s.max_connections;
  options.most_memory = s.max_memory;
  service all(std::move(options));
  std::optional<service_http> http;
  if (address) {
    http.emplace(all, *address, token);
    log::info(events::service_listens,
              "answers at " + (address->socket.empty() ? "http://" + address->host + ":" + std::to_string(http->port())
                                                       : address->socket.string()),
              {{"port", http->port()}});
  }
  return all.run();
}

}  // namespace ingest::app
