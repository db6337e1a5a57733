#include <algorithm>
#include <cctype>
#include <chrono>

#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "json_text.hpp"
#include "ledger_connection.hpp"
#include "pipeline_names.hpp"
#include "postgres/ledger_state.hpp"
#include "settings/setting_text.hpp"
#include "text_table.hpp"

namespace ingest::app {

namespace {

using detail::stored_watermark;

constexpr own_option options[] = {
    {.name = "ACTION",
     .help =
         "show: up to where each stream, and each partition of it, is loaded: where the next sync begins. set: that "
         "it be so up to --value. reset: that nothing is known, so that the next sync reads everything."},
    {.name = "NAME",
     .help =
         "The pipeline, with its streams; in place of --pipeline. To be changed its run must be complete, and no sync "
         "may be beginning: one that has looked at its state goes by that, and writes its own when it ends."},
    {.name = "--stream", .value = "NAME", .help = "Of this stream only."},
    {.name = "--partition", .value = "TEXT", .help = "Of this partition only, as show has it."},
    {.name = "--value",
     .value = "TEXT",
     .help = "What is to be put in the place of what show shows, in the same form."},
    {.name = "--dry-run", .help = "Say what would change, and change nothing."},
    {.name = "--yes",
     .help = "Also where the form of --value is another, or records that come once more would be in the table twice "
             "(WRITE=append)."},
    {.name = "--limit", .value = "N", .help = "The most partitions that show shows. [100]"},
    {.name = "--json", .help = "Print what is shown as JSON."},
};

/// Digits and letters alike: what two texts of one kind have in common.
std::string form_of(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = std::isdigit(byte) != 0 ? '0' : std::isalpha(byte) != 0 ? 'a' : c;
  }
  return text;
}

constexpr std::string_view exact_form = "0000-00-00a00:00:00.000000+0000";

/// A time as cursors keep it.
std::string exact_text(std::int64_t ms) {
  std::string text = detail::date_of(ms / 1'000);  // 2026-01-27T19:19:13Z
  text.pop_back();
  return text + "." + std::to_string(1'000 + ms % 1'000).substr(1) + "000+0000";
}

/// The same, however it was written, where that is what is there.
std::string in_form_of(const std::string& known, const std::string& given) {
  const auto ms = detail::parse_time(given);
  return form_of(known) == exact_form && form_of(given) != exact_form && ms ? exact_text(*ms) : given;
}

bool is_in_the_future(const std::string& value) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto ms = detail::parse_time(value);
  return form_of(value) == exact_form ? value > exact_text(now) : ms && *ms > now;
}

int show(detail::postgres_connection& c, const detail::state_choice& chosen, std::uint64_t limit, bool json,
         std::ostream& out) {
  const auto found = detail::read_state(c, chosen, limit);
  const std::uint64_t all = found.size() < limit ? found.size() : detail::count_state(c, chosen);
  if (json) {
    pretty_json made;
    made.json.StartObject();
    made.key("watermarks");
    made.json.StartArray();
    for (const stored_watermark& w : found) {
      made.json.StartObject();
      made.put("pipeline", w.pipeline);
      made.put("stream", w.stream);
      made.put("partition", w.partition);
      made.put("value", w.value);
      made.json.EndObject();
    }
    made.json.EndArray();
    made.put_number("total", all);
    made.json.EndObject();
    out << made.text();
    return 0;
  }
  if (found.empty()) {
    out << "nothing is known: the next sync reads everything\n";
    return 0;
  }
  text_table table({{"pipeline"}, {"stream"}, {"partition"}, {"loaded up to"}});
  for (const stored_watermark& w : found) {
    table.add({w.pipeline, w.stream, w.partition, w.value});
  }
  out << table.text();
  if (all > found.size()) {
    out << all - found.size() << " more: --limit, --stream, --partition\n";
  }
  return 0;
}

/// The one that is meant; its value is empty where the ledger has none.
stored_watermark watermark_meant(detail::postgres_connection& c, const detail::state_choice& chosen,
                                 const std::vector<std::string>& pipelines) {
  const auto known = detail::read_state(c, chosen, 2);
  if (known.size() == 1) {
    return known.front();
  }
  if (known.size() > 1) {
    throw error(errc::usage,
                std::to_string(detail::count_state(c, chosen)) +
                    " watermarks are meant: choose one with --stream and --partition (see ingest state show)");
  }
  if (!chosen.stream || pipelines.size() > 1) {
    throw error(errc::usage,
                "the ledger has no such watermark; for a new one say of which stream it is, and of which pipeline if "
                "several have it: ingest state set PIPELINE --stream NAME --value TEXT");
  }
  return {pipelines.front(), *chosen.stream, chosen.partition.value_or(""), ""};
}

int change(detail::postgres_connection& c, const detail::state_choice& chosen, const invocation& asked,
           std::ostream& out) {
  const bool sets = asked.text("ACTION") == "set";
  const bool rehearses = asked.has("--dry-run");
  c.run(c.begin());
  const auto pipelines = detail::hold_pipelines(c, chosen);
  const bool twice = std::any_of(pipelines.begin(), pipelines.end(),
                                 [&](const std::string& name) { return detail::appends(c, name); });
  if (twice && !asked.has("--yes") && !rehearses) {
    throw error(errc::usage,
                "records that are read once more would be in the table twice, which is loaded with WRITE=append: say "
                "--yes if that is meant");
  }
  text_table table({{"pipeline"}, {"stream"}, {"partition"}, {"loaded up to"}, {"from now on"}});
  std::uint64_t changed = 0;
  if (sets) {
    stored_watermark w = watermark_meant(c, chosen, pipelines);
    const std::string value = in_form_of(w.value, asked.text("--value"));
    if (is_in_the_future(value) && !asked.has("--yes")) {
      throw error(errc::usage, "--value " + value +
                                   " is in the future: what comes until then would never be read. Say --yes if that is "
                                   "meant");
    }
    if (w.value.empty() && !asked.has("--yes")) {
      throw error(errc::usage, "the ledger has no such watermark (see ingest state show): say --yes to make one");
    }
    if (!w.value.empty() && form_of(w.value) != form_of(value) && !asked.has("--yes")) {
      throw error(errc::usage, "--value " + value + " has another form than what is there, " + w.value +
                                   ": say --yes if that is meant");
    }
    table.add({w.pipeline, w.stream, w.partition, w.value, value});
    w.value = value;
    detail::put_state(c, w);
    changed = 1;
  } else {
    constexpr std::uint64_t shown = 100;
    for (const stored_watermark& w : detail::read_state(c, chosen, shown)) {
      table.add({w.pipeline, w.stream, w.partition, w.value, "nothing"});
    }
    changed = detail::forget_state(c, chosen);
  }
  c.run(rehearses ? "ROLLBACK" : "COMMIT");
  out << (changed > 0 ? table.text() : "") << changed << (changed == 1 ? " watermark" : " watermarks")
      << (rehearses ? " would be changed; nothing was\n" : " changed\n");
  return 0;
}

int execute(const invocation& asked, std::ostream& out) {
  const std::string action = asked.text("ACTION");
  const bool sets = action == "set";
  if (action != "show" && !sets && action != "reset") {
    throw error(errc::usage, "say what to do: ingest state show, set or reset (see ingest state --help)");
  }
  if (sets != asked.has("--value") || (sets && asked.text("--value").empty())) {
    throw error(errc::usage,
                "--value says what set puts there, and nothing else does: ingest state set NAME --value TEXT");
  }
  const std::uint64_t limit = asked.number("--limit", 100);
  const settings s = settings_of(asked);
  ledger_connection ledger(s);
  const detail::state_choice chosen{known_pipelines(*ledger, asked.has("NAME") ? asked.text("NAME") : s.pipeline),
                                    asked.optional_text("--stream"), asked.optional_text("--partition")};
  return action == "show" ? show(*ledger, chosen, limit, asked.has("--json"), out)
                          : change(*ledger, chosen, asked, out);
}

}  // namespace

const command_definition command_state = {
    .command = command::state,
    .name = name_of(command::state),
    .help = "Show, set or reset up to where a pipeline's streams are loaded",
    .words = "show|set|reset [NAME]",
    .options = options,
    .execute = execute,
};

}  // namespace ingest::app
