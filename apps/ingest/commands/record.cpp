#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "commands/command_definition.hpp"
#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "from/connector.hpp"
#include "http/body_decoder.hpp"
#include "ingest/log.hpp"
#include "log/redaction.hpp"
#include "replay.hpp"
#include "rest/recordings/exchange_recorder.hpp"
#include "rest/recordings/stream_reader.hpp"
#include "rest/requests/http_connections.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    connector_file,
    {.name = "--into", .value = "DIR", .help = "The directory for the recording; one that is there is replaced."},
    {.name = "--limit", .value = "N", .help = "The most pages of a stream; 0: all. [100]"},
};

struct record_order {
  std::filesystem::path into;
  std::uint64_t limit = 0;  ///< pages of a stream; 0: all
};

using kept_exchange = rest::exchange_recorder::kept;

/// Shows refresh tokens that were kept, but no access token: each recording has the request for one.
class refresh_tokens_only final : public rest::token_store {
 public:
  explicit refresh_tokens_only(std::shared_ptr<rest::token_store> all) : all_(std::move(all)) {}

  std::optional<rest::oauth_tokens> load(const std::string& origin) override {
    auto tokens = all_->load(origin);
    if (tokens) {
      tokens->access_token.clear();
      tokens->expires.reset();
    }
    return tokens;
  }

  void save(const std::string& origin, const rest::oauth_tokens& tokens) override { all_->save(origin, tokens); }

 private:
  std::shared_ptr<rest::token_store> all_;
};

struct read_stream_of_api {
  recorded_stream stream;
  std::vector<kept_exchange> kept;
};

/// Headers of answers that a connector can make something of: those that it names, and those that are read anyway.
class header_choice {
 public:
  explicit header_choice(const rest::manifest& source) : manifest_(lower(source.root.to_json())) {}

  bool keeps(const std::string& name) const {
    constexpr std::array<std::string_view, 6> always = {
        "content-type", "link", "location", "retry-after", "ratelimit-reset", "ratelimit-remaining"};
    const std::string lowered = lower(name);
    return std::find(always.begin(), always.end(), lowered) != always.end() ||
           (lowered != "set-cookie" && is_named(lowered));
  }

 private:
  /// One of a single word only in quotes: "server" is found in many texts.
  bool is_named(const std::string& name) const {
    const auto has = [this](const std::string& text) { return manifest_.find(text) != std::string::npos; };
    return name.find('-') != std::string::npos
               ? has(name)
               : has("'" + name + "'") || has("\"" + name + "\"") || has("\"" + name + "\\\"");
  }

  std::string manifest_;
};

/// Compressed answers are kept as they came, so nothing can be replaced in them.
void check_compressed(const std::string& body, const rest::secret_mask& mask) {
  if (!body.starts_with("\x1f\x8b")) {
    return;
  }
  constexpr std::size_t most = 256u << 20;
  detail::body_decoder unpacking;
  unpacking.begin("gzip");
  std::string unpacked;
  if (!unpacking.append(body, unpacked, most) || mask.masked(unpacked) != unpacked) {
    throw error(errc::bad_data, "a compressed answer holds a secret, or cannot be looked into: it is not recorded");
  }
}

rest::recorded_exchange without_secrets(const kept_exchange& kept, const rest::secret_mask& mask,
                                        const header_choice& headers) {
  rest::recorded_exchange made = rest::recorded_request(kept.request, mask);
  if (kept.outcome.failure) {
    made.outcome.failure = kept.outcome.failure;
    made.outcome.failure->message = mask.masked(made.outcome.failure->message);
    return made;
  }
  const rest::answer& given = *kept.outcome.given;
  std::vector<http_header> chosen;
  for (const http_header& h : given.fields()) {
    if (headers.keeps(h.name)) {
      chosen.push_back({h.name, mask.masked(h.value)});
    }
  }
  check_compressed(given.body(), mask);
  std::string body = detail::is_utf8(given.body()) ? mask.masked(given.body()) : given.body();
  made.outcome.given.emplace(given.status(), chosen, std::move(body), made.url.substr(0, made.url.find('?')));
  return made;
}

void find_secrets(const std::vector<kept_exchange>& kept, rest::secret_mask& mask) {
  for (const kept_exchange& k : kept) {
    mask.add_query(k.request.url);
    mask.add_named(k.request.body);
    if (k.outcome.given) {
      mask.add_named(k.outcome.given->body());
    }
  }
}

void take_in(recorded_stream& stream, std::vector<rest::recorded_exchange>& tokens,
             const std::vector<kept_exchange>& all, const rest::secret_mask& mask, const header_choice& headers) {
  for (const kept_exchange& k : all) {
    rest::recorded_exchange made = without_secrets(k, mask, headers);
    if (k.asks_for_token) {
      tokens.push_back(std::move(made));
      continue;
    }
    auto group = std::find_if(stream.groups.begin(), stream.groups.end(),
                              [&](const rest::exchange_group& g) { return g.slice == mask.masked(k.group); });
    if (group == stream.groups.end()) {
      group = stream.groups.insert(group, {mask.masked(k.group), {}});
    }
    group->exchanges.push_back(std::move(made));
  }
  for (std::string& record : stream.expected.records) {
    record = mask.masked(record);
  }
  for (auto& slice : stream.expected.slices) {
    slice.name = mask.masked(slice.name);
    for (rest::value& position : slice.positions) {
      position = rest::value::from_json(mask.masked(position.to_json()));
    }
  }
}

std::string text_of(const recorded_stream& stream) {
  std::size_t exchanges = 0;
  for (const rest::exchange_group& group : stream.groups) {
    exchanges += group.exchanges.size();
  }
  return std::to_string(exchanges) + " exchanges, " + std::to_string(stream.expected.records.size()) + " records, " +
         std::to_string(stream.expected.pages()) + " pages of " + std::to_string(stream.expected.slices.size()) +
         " slices" + (stream.cut_after > 0 ? "; cut after " + std::to_string(stream.cut_after) + " pages" : "");
}

/// Each stream is replayed before it is written: one that does not come out the same is left out, and said. Where that
/// is all, nothing is written.
class recording_session {
 public:
  recording_session(const settings& s, const record_order& order, std::ostream& out)
      : settings_(s), order_(order), out_(out) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    made_.present = now;
    connector_setup setup = set_up_connector(s, now.time_since_epoch().count());
    source_ = setup.source;
    made_.config = mask_.add_settings(setup.config, setup.secrets);
    made_.allowed_hosts = s.allowed_hosts;
    const auto whole = [](const std::filesystem::path& p) {
      return std::filesystem::weakly_canonical(std::filesystem::absolute(p));
    };
    made_.manifest = std::filesystem::proximate(whole(s.from.path), whole(order.into)).string();
    recorder_ =
        std::make_shared<rest::exchange_recorder>(std::make_shared<rest::http_connections>(setup.options.client));
    setup.options.transport = recorder_;
    setup.options.tokens = std::make_shared<refresh_tokens_only>(setup.options.tokens);
    from_ =
        std::make_unique<rest::connector>(std::move(setup.source), std::move(setup.config), std::move(setup.options));
  }

  int run() {
    for (const chosen_stream& chosen : checked_streams_unasked(settings_, *from_)) {
      attempt(chosen.name, [&] { read(chosen); });
    }
    for (const std::string& secret : detail::known_secrets()) {
      mask_.add(secret, "SECRET_issued");
    }
    made_.config = rest::value::from_json(mask_.masked(made_.config.to_json()));
    const header_choice headers(source_);
    for (const kept_exchange& token : tokens_) {
      made_.tokens.push_back(without_secrets(token, mask_, headers));
    }
    for (read_stream_of_api& read : read_) {
      attempt(read.stream.name, [&] {
        take_in(read.stream, made_.tokens, read.kept, mask_, headers);
        made_.streams.push_back(std::move(read.stream));
      });
    }
    leave_out_what_differs();
    if (!made_.streams.empty()) {
      write();
    } else if (first_failure_ == 0) {
      throw error(errc::config, "no stream is left to be recorded");
    }
    return first_failure_;
  }

 private:
  template <class Action>
  void attempt(const std::string& stream, const Action& action) {
    try {
      action();
    } catch (...) {
      const error e = current_error();
      fail(stream, e.what(), e.exit_code());
    }
  }

  void fail(const std::string& stream, const std::string& why, int exit_code) {
    out_ << stream << ": not recorded: " << log::redact(mask_.masked(why)) << std::endl;
    first_failure_ = first_failure_ == 0 ? exit_code : first_failure_;
  }

  void read(const chosen_stream& chosen) {
    if (!chosen.problem.empty()) {
      throw error(errc::config, chosen.problem);
    }
    keep_tokens(recorder_->take());  // what a stream before has left that failed
    read_stream_of_api made{{chosen.name, file_name_of(chosen.name)}, {}};
    const rest::connector_stream opened = from_->open(*chosen.declared);
    made.stream.expected = rest::read_stream(
        opened, {order_.limit, made_.present, [&](const std::string& slice) { recorder_->enter(slice); }}, {});
    made.stream.cut_after = made.stream.expected.cut ? order_.limit : 0;
    made.kept = recorder_->take();
    find_secrets(made.kept, mask_);
    read_.push_back(std::move(made));
  }

  /// Tokens that were asked for by a stream that failed are used by those that follow.
  void keep_tokens(std::vector<kept_exchange> left) {
    std::erase_if(left, [](const kept_exchange& k) { return !k.asks_for_token; });
    find_secrets(left, mask_);
    tokens_.insert(tokens_.end(), left.begin(), left.end());
  }

  /// From the texts, as they will be read.
  void leave_out_what_differs() {
    const recording written = recording_of(texts_of(made_));
    std::vector<recorded_stream> good;
    for (std::size_t i = 0; i < written.streams.size(); ++i) {
      const replayed_stream came = replay(written, written.streams[i], source_, {});
      if (came.is_as_recorded()) {
        good.push_back(std::move(made_.streams[i]));
        continue;
      }
      const std::string& why = came.problems.empty() ? came.differences.front() : came.problems.front();
      fail(written.streams[i].name, "replayed, it does not come out the same: " + why, exit_code_of(errc::bad_data));
    }
    made_.streams = std::move(good);
  }

  void write() {
    const recording_texts texts = texts_of(made_);
    for (const auto& [name, text] : texts) {
      if (mask_.masked(text) != text) {
        throw error(errc::internal, "there is a secret in " + name + ", so nothing was written; report this", false);
      }
    }
    write_recording(order_.into, texts);
    for (const recorded_stream& stream : made_.streams) {
      out_ << stream.name << ": " << text_of(stream) << '\n';
    }
    out_ << order_.into.string() << ": " << made_.streams.size()
         << " streams recorded; look at what the API has answered before it is given to others\n";
  }

  const settings& settings_;
  const record_order& order_;
  std::ostream& out_;
  rest::manifest source_;
  rest::secret_mask mask_;
  recording made_;
  std::shared_ptr<rest::exchange_recorder> recorder_;
  std::unique_ptr<rest::connector> from_;
  std::vector<read_stream_of_api> read_;
  std::vector<kept_exchange> tokens_;
  int first_failure_ = 0;
};

int execute(const invocation& asked, std::ostream& out) {
  if (!asked.has("FILE") || !asked.has("--into")) {
    throw error(errc::usage,
                "say of what and where: ingest record manifest.yaml --into DIR (see ingest record --help)");
  }
  const record_order order{asked.text("--into"), asked.number("--limit", 100)};
  const settings s = settings_of(asked);
  if (s.from.what != source_choice::kind::connector) {
    throw error(errc::usage, "only connectors are recorded: ingest record manifest.yaml --into DIR");
  }
  return recording_session(s, order, out).run();
}

}  // namespace

const command_definition command_record = {
    .command = command::record,
    .name = name_of(command::record),
    .help = "Keep what an API answers to a connector, without its secrets, for tests: --into DIR",
    .words = "[FILE]",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
