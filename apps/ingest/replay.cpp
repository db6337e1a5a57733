#include "replay.hpp"

#include <memory>
#include <mutex>

#include "ingest/error.hpp"
#include "rest/connectors/connector.hpp"
#include "rest/recordings/exchange_player.hpp"
#include "rest/recordings/stream_reader.hpp"

namespace ingest::app {

namespace {

/// Of a server that rotates refresh tokens: for as long as the replay lasts.
class tokens_in_memory final : public rest::token_store {
 public:
  std::optional<rest::oauth_tokens> load(const std::string& origin) override {
    const std::lock_guard lock(mutex_);
    return origin == origin_ ? tokens_ : std::nullopt;
  }

  void save(const std::string& origin, const rest::oauth_tokens& tokens) override {
    const std::lock_guard lock(mutex_);
    origin_ = origin;
    tokens_ = tokens;
  }

 private:
  std::mutex mutex_;
  std::string origin_;
  std::optional<rest::oauth_tokens> tokens_;
};

/// What stands for a secret is looked for as a secret is, to be found where it is encoded.
void add_stand_ins(const rest::value& config, rest::secret_mask& mask) {
  if (config.is_dict()) {
    for (const auto& [name, content] : config.members()) {
      add_stand_ins(content, mask);
    }
  } else if (config.is_list()) {
    for (const rest::value& item : config.items()) {
      add_stand_ins(item, mask);
    }
  } else if (config.is_text() && config.text().starts_with("SECRET_")) {
    mask.add(config.text(), config.text());
  }
}

}  // namespace

replayed_stream replay(const recording& r, const recorded_stream& stream, const rest::manifest& source,
                       const rest::exchange_faults& faults) {
  rest::secret_mask mask;
  add_stand_ins(r.config, mask);
  const rest::replay_clock clock(r.present);
  const auto player = std::make_shared<rest::exchange_player>(stream.groups, r.tokens, mask, faults, clock);
  rest::connector_options options;
  options.transport = player;
  options.tokens = std::make_shared<tokens_in_memory>();
  options.allowed_hosts = r.allowed_hosts;
  options.time = clock.as_timing();
  options.present = r.present;
  replayed_stream came;
  try {
    const rest::connector from(source, r.config, std::move(options));
    const rest::connector_stream opened = from.open(from.find(stream.name));
    came.found = rest::read_stream(
        opened, {stream.cut_after, r.present, [&](const std::string& slice) { player->enter(slice); }}, {});
    came.problems = player->remains();
    came.differences = rest::differences(stream.expected, came.found);
  } catch (...) {
    came.problems.emplace_back(current_error().what());
  }
  came.exchanges = player->played();
  if (came.exchanges == 0 && came.problems.empty()) {
    came.problems.emplace_back("no request was made, so nothing was compared");
  }
  return came;
}

}  // namespace ingest::app
