#include <array>

#include "settings/setting_definition.hpp"

namespace ingest {

namespace {

using enum setting_type;
using s = settings;

constexpr command_set fetching = set_of(command::run) | set_of(command::fetch);
constexpr command_set loading = set_of(command::run) | set_of(command::load);
constexpr command_set checking = set_of(command::validate);
constexpr command_set discovering = set_of(command::discover);
constexpr command_set recording = set_of(command::record);
/// Commands that ask an API, and have no buffer.
constexpr command_set asking = recording | set_of(command::init);
constexpr command_set replaying = recording | set_of(command::test);
/// Commands that look at a pipeline in the ledger.
constexpr command_set of_ledger = set_of(command::state);
constexpr command_set working = fetching | loading;
constexpr command_set serving = set_of(command::serve);
constexpr command_set watching = set_of(command::top);
constexpr command_set everything = working | checking | set_of(command::status);

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;
constexpr std::uint64_t tib = 1024 * gib;
constexpr std::uint64_t second = 1000;
constexpr std::uint64_t hour = 3600 * second;
constexpr std::uint64_t day = 24 * hour;

// clang-format off
const std::array definitions{
  setting_definition{.section = "From where to where", .name = "FROM", .type = source, .member = &s::from,
    .default_text = "api",
    .help = "Where events come from: the API, a file of JSON (lines, an array) or of records with a header, JSON on "
            "standard input, which cannot be resumed, connector:FILE, an API by its manifest, or singer:COMMAND and "
            "airbyte:COMMAND, a process that speaks one of these protocols",
    .commands = fetching | checking | recording},
  setting_definition{.section = "From where to where", .name = "TO", .type = target, .member = &s::to,
    .default_text = "postgres",
    .help = "Where events go: the database, or, without DATA_DIR, resuming and removal of duplicates, a file that "
            "appears when it is complete (a FIFO or device is written to as it is), or standard output",
    .commands = set_of(command::run) | checking},
  setting_definition{.section = "From where to where", .name = "ID_POINTER", .type = json_pointer,
    .member = &s::id_pointer, .default_text = "/id", .help = "Where an event holds its id: the table's key",
    .commands = working | checking},

  setting_definition{.section = "Connector", .name = "CONNECTOR_CONFIG", .type = path, .member = &s::connector_config,
    .help = "With FROM=connector:FILE, the settings of the connection, JSON or YAML, in which ${NAME}, ${NAME:-text} and "
            "${file:/path} stand for variables and files, and ${credential:NAME} for a credential of systemd; with a process, the file that it is handed as --config",
    .commands = fetching | checking | discovering | recording},
  setting_definition{.section = "Connector", .name = "CATALOG", .type = path, .member = &s::catalog,
    .help = "With FROM=singer:COMMAND or airbyte:COMMAND, its catalog, perhaps a configured one; none: the process is asked "
            "for it",
    .commands = fetching | checking},
  setting_definition{.section = "Connector", .name = "SILENCE_TIMEOUT_MS", .type = duration,
    .member = &s::silence_timeout, .default_text = "3h", .least = second, .greatest = 30 * day,
    .help = "Longest time in which a process may write nothing before it is taken to hang",
    .commands = fetching | checking},
  setting_definition{.section = "Connector", .name = "STREAM", .type = fields, .member = &s::streams,
    .help = "The streams that are read, separated by commas; none: all", .commands = working | checking | discovering | replaying},
  setting_definition{.section = "Connector", .name = "EXCLUDE", .type = fields, .member = &s::exclude,
    .help = "Streams that are not read, separated by commas", .commands = working | checking | discovering | recording},
  setting_definition{.section = "Connector", .name = "ALLOWED_HOSTS", .type = fields, .member = &s::allowed_hosts,
    .help = "Hosts that may get the credentials beside those that manifest and settings name, separated by commas: host, "
            "host:port, *.domain",
    .commands = fetching | checking | recording},

  setting_definition{.section = "API", .name = "API_BASE_URL", .type = url, .member = &s::api_base_url,
    .help = "Base URL of the API, up to the version: https://host/api/v1",
    .commands = fetching | checking, .required_for = fetching | checking,
    .required_with = "FROM=api"},
  setting_definition{.section = "API", .name = "TARGET_API_KEY", .type = secret, .member = &s::target_api_key,
    .help = "The API key, sent as X-API-Key", .commands = fetching | checking, .required_for = fetching | checking,
    .required_with = "FROM=api"},
  setting_definition{.section = "API", .name = "EVENTS_PATH", .type = url_path, .member = &s::events_path,
    .default_text = "/events", .help = "Path of the events, below API_BASE_URL", .commands = fetching | checking},
  setting_definition{.section = "API", .name = "ENDPOINT", .type = choice, .member = &s::endpoint,
    .default_text = "auto", .choices = {"auto", "stream", "standard"},
    .help = "Which endpoint is read: the stream, the rate-limited standard one, or the stream and, where access to it is "
            "refused, the standard one",
    .commands = fetching | checking},
  setting_definition{.section = "API", .name = "BATCH_SIZE", .type = integer, .member = &s::batch_size,
    .default_text = "5000", .unit = "events", .least = 1, .greatest = 5000, .help = "Events asked for in a request",
    .commands = fetching | checking},
  setting_definition{.section = "API", .name = "SLICES", .type = integer, .member = &s::slices, .default_text = "1",
    .word = "auto", .unit = "slices", .least = 1, .greatest = 256,
    .help = "Time windows that are read in parallel. More than 1: of equal length, and SINCE and UNTIL are needed. auto: "
            "up to eight times READERS, of about as many events each, found out with some thirty requests",
    .commands = fetching | checking},
  setting_definition{.section = "API", .name = "READERS", .type = integer, .member = &s::readers,
    .default_text = "auto", .word = "auto", .unit = "readers", .least = 1, .greatest = 256,
    .help = "Slices read at a time, the others following as these end; auto: all, but at most 16, or 8 with "
            "SLICES=auto. Each holds up to three pages in memory beside CREDIT_BYTES, which all share",
    .commands = fetching | checking},
  setting_definition{.section = "API", .name = "SINCE", .type = time, .member = &s::since,
    .help = "Only events from this time on", .commands = fetching | checking},
  setting_definition{.section = "API", .name = "UNTIL", .type = time, .member = &s::until,
    .help = "Only events before this time", .commands = fetching | checking},
  setting_definition{.section = "API", .name = "INCREMENTAL", .type = boolean, .member = &s::incremental,
    .default_text = "false",
    .help = "A run that is complete is followed by another one, which reads what is new since: a sync. Each reads up to "
            "the time by the API's clock at which it begins. With FROM=connector:FILE, streams with a cursor are read so "
            "unless this is false",
    .commands = set_of(command::run) | checking},
  setting_definition{.section = "API", .name = "LOOKBACK", .type = duration, .member = &s::lookback,
    .default_text = "10min", .least = second, .greatest = 3650 * day,
    .help = "With INCREMENTAL, how far before the end of the sync before the next one begins: events may come as much later "
            "than the time that they bear. What is in the table already is skipped",
    .commands = set_of(command::run) | checking},
  setting_definition{.section = "API", .name = "TIMESTAMP_POINTER", .type = json_pointer,
    .member = &s::timestamp_pointer, .default_text = "/timestamp", .help = "Where an event holds its time",
    .commands = fetching | checking},
  setting_definition{.section = "API", .name = "EXTRA_HEADERS", .type = headers, .member = &s::extra_headers,
    .help = "Further headers of each request, \"Name: value\"; several are separated by newlines or \"|\", or the flag is "
            "repeated",
    .commands = fetching | checking, .own_flag = "--header"},
  setting_definition{.section = "API", .name = "HTTP_COMPRESSION", .type = boolean, .member = &s::http_compression,
    .default_text = "true", .help = "Ask for compressed responses", .commands = fetching | checking | asking},
  setting_definition{.section = "API", .name = "TLS_CA_FILE", .type = path, .member = &s::tls_ca_file,
    .help = "File of the certificate authorities to trust, PEM; none: the system's", .commands = fetching | checking | asking},
  setting_definition{.section = "API", .name = "CONNECT_TIMEOUT_MS", .type = duration, .member = &s::connect_timeout,
    .default_text = "10s", .least = 100, .greatest = hour, .help = "Longest time to connect",
    .commands = fetching | checking | asking},
  setting_definition{.section = "API", .name = "REQUEST_TIMEOUT_MS", .type = duration, .member = &s::request_timeout,
    .default_text = "30s", .least = 100, .greatest = hour, .help = "Longest time for a request and its response",
    .commands = fetching | checking | asking},
  setting_definition{.section = "API", .name = "RETRY_DEADLINE_MS", .type = duration, .member = &s::retry_deadline,
    .default_text = "15min", .least = 0, .greatest = 7 * day, .help = "How long one page is tried again before giving up; of connectors a request, and only where this is set",
    .commands = fetching},
  setting_definition{.section = "API", .name = "MAX_RETRY_AFTER_MS", .type = duration, .member = &s::max_retry_after,
    .default_text = "15min", .least = 0, .greatest = day, .help = "Longest wait that the API may ask for",
    .commands = fetching},
  setting_definition{.section = "API", .name = "MAX_PAGE_BYTES", .type = size, .member = &s::max_page_bytes,
    .default_text = "64MiB", .least = kib, .greatest = 4 * gib, .help = "Largest response body, decompressed",
    .commands = fetching | checking | recording},
  setting_definition{.section = "API", .name = "STRICT_TOTAL", .type = boolean, .member = &s::strict_total,
    .default_text = "false",
    .help = "End with exit code 65, and not only a warning, where a run without SINCE and UNTIL was given fewer events "
            "than the total that the API announced",
    .commands = working},

  setting_definition{.section = "Database", .name = "DATABASE_URL", .type = connection, .member = &s::database_url,
    .help = "The PostgreSQL database: postgresql://user:password@host:5432/name?sslmode=verify-full; "
            "in the flag, no password",
    .commands = loading | checking | discovering | of_ledger,
    .required_for = loading | checking | discovering | of_ledger,
    .required_with = "TO=postgres"},
  setting_definition{.section = "Database", .name = "TABLE", .type = text, .member = &s::table,
    .default_text = "ingested_events",
    .help = "The table to load, with columns id and data, or as TABLES says; created if it is missing",
    .commands = loading | checking | discovering},
  setting_definition{.section = "Database", .name = "TARGET_SCHEMA", .type = text, .member = &s::target_schema,
    .help = "The schema of the table, where TABLE names none; none: the first one of the role's search_path. It must be there",
    .commands = loading | checking | discovering},
  setting_definition{.section = "Database", .name = "TABLES", .type = choice, .member = &s::tables,
    .default_text = "json", .choices = {"json", "typed"},
    .help = "What the table is like: json, an id and the whole record; typed, a column for each field, and _ingest_extra "
            "for what does not fit into them",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "SCHEMA_FILE", .type = path, .member = &s::schema_file,
    .help = "With TABLES=typed, a JSON Schema of the records, whose types the columns get; none: the types of the first values",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "NUMBERS", .type = choice, .member = &s::numbers,
    .default_text = "numeric", .choices = {"numeric", "double"},
    .help = "With TABLES=typed, the columns that are made for numbers with a fraction: numeric, which keeps every digit, "
            "or double precision, which computes faster",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "TYPES", .type = choice, .member = &s::types,
    .default_text = "infer", .choices = {"infer", "text"},
    .help = "With TABLES=typed, what columns are made for strings: infer, text, or what all first values say: dates, times, "
            "UUIDs, and of a CSV or TSV file also numbers, true and false, and what is empty is null there; or text, always",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "EPOCH_UNIT", .type = choice, .member = &s::epoch_unit,
    .default_text = "none", .choices = {"none", "seconds", "milliseconds", "microseconds"},
    .help = "With TABLES=typed, what a number says in a column timestamptz, beside texts in ISO 8601: seconds, milliseconds or "
            "microseconds since 1970-01-01 00:00 UTC; none, nothing. Numbers get such a column where texts stand "
            "beside them, or by the format date-time of SCHEMA_FILE",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "SCHEMA_CHANGES", .type = choice, .member = &s::schema_changes,
    .default_text = "evolve", .choices = {"evolve", "freeze", "refuse"},
    .help = "What becomes of fields that a typed table has no column for: columns are added, they go to _ingest_extra, or "
            "the run ends",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "WRITE", .type = choice, .member = &s::asked_write,
    .default_text = "skip", .choices = {"skip", "merge", "append", "replace", "auto"},
    .help = "What becomes of a record whose id the table has: skip, the row that is there stays; merge, the record takes "
            "its place, the last one that was read; append, there is no key, and each record is a row; replace, the rows of "
            "each run take the place of all that are there, in one moment at its end; auto, merge, or replace with KEY=none",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "KEY", .type = fields, .member = &s::key,
    .help = "Of a typed table, the fields by which records are told apart, separated by commas, in place of ID_POINTER; none: "
            "they have no such fields, and each is a row",
    .commands = working | checking},
  setting_definition{.section = "Database", .name = "VERSION_FIELD", .type = text, .member = &s::version_field,
    .help = "With TABLES=typed and WRITE=merge, the field that tells which of two records is the newer one, such as "
            "updatedAt; without, it is the one that was read later",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "DELETED_POINTER", .type = json_pointer, .member = &s::deleted_pointer,
    .help = "With TABLES=typed, where a record says that its source has deleted it: the column _ingest_deleted_at has the "
            "time that stands there, or else when that was loaded first; null, false, 0 and an empty string say that it is there",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "NUL", .type = choice, .member = &s::nuls,
    .default_text = "reject", .choices = {"reject", "strip", "escape"},
    .help = "What becomes of the character NUL in strings, which PostgreSQL cannot hold: the record is set aside, the "
            "character is left out, or it is written as \\u0000",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "LOADERS", .type = integer, .member = &s::loaders,
    .default_text = "2", .unit = "connections", .least = 1, .greatest = 64,
    .help = "Connections that load in parallel; one with WRITE=append, for which the order counts",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "RANGE_BYTES", .type = size, .member = &s::range_bytes,
    .default_text = "auto", .word = "auto", .least = kib, .greatest = 4 * gib,
    .help = "Data loaded in one transaction, sorted by id before; auto: 8MiB, and 16MiB for load, which has memory to "
            "spare, unless INITIAL_LOAD makes the order of no use",
    .commands = loading},
  setting_definition{.section = "Database", .name = "RANGE_DELAY_MS", .type = duration, .member = &s::range_delay,
    .default_text = "2s", .least = 0, .greatest = hour, .help = "After this time, less than RANGE_BYTES is loaded too",
    .commands = loading},
  setting_definition{.section = "Database", .name = "DATABASE_DEADLINE_MS", .type = duration,
    .member = &s::database_deadline, .default_text = "5min", .least = 0, .greatest = 7 * day,
    .help = "Longest outage of the database that is waited out", .commands = loading},
  setting_definition{.section = "Database", .name = "DATABASE_IO_TIMEOUT_MS", .type = duration,
    .member = &s::database_io_timeout, .default_text = "60s", .least = 100, .greatest = hour,
    .help = "Longest silence of the database before the connection counts as lost",
    .commands = loading | checking | discovering | of_ledger},
  setting_definition{.section = "Database", .name = "REJECT_LIMIT", .type = integer, .member = &s::reject_limit,
    .default_text = "unlimited", .word = "unlimited", .unit = "rows", .least = 0, .greatest = ~std::uint64_t{0},
    .help = "Rows that the database may refuse before the run is aborted; refused rows are kept in "
            "events_rejected.ndjson",
    .commands = loading},
  setting_definition{.section = "Database", .name = "INITIAL_LOAD", .type = boolean, .member = &s::initial_load,
    .default_text = "false",
    .help = "Create the table without its key, load it, then remove duplicates and build the key: faster, but until the "
            "end the table may hold an event twice",
    .commands = loading | checking},
  setting_definition{.section = "Database", .name = "ALLOW_UNLOGGED", .type = boolean, .member = &s::allow_unlogged,
    .default_text = "false", .help = "Load an UNLOGGED table, which a crash of the database empties",
    .commands = loading | checking},

  setting_definition{.section = "Buffer", .name = "DATA_DIR", .type = path, .member = &s::data_dir,
    .default_text = "./data", .help = "Directory of the buffer and the state", .commands = everything | recording | of_ledger},
  setting_definition{.section = "Buffer", .name = "PIPELINE", .type = name, .member = &s::pipeline,
    .default_text = "default", .help = "Name of the pipeline in DATA_DIR and in the database's ledger",
    .commands = working | checking | of_ledger},
  setting_definition{.section = "Buffer", .name = "SEGMENT_BYTES", .type = size, .member = &s::segment_bytes,
    .default_text = "64MiB", .least = kib, .greatest = 64 * gib, .help = "Size at which a file of the buffer is completed",
    .commands = working | checking},
  setting_definition{.section = "Buffer", .name = "BUFFER_QUOTA_BYTES", .type = size, .member = &s::buffer_quota_bytes,
    .default_text = "4GiB", .least = kib, .greatest = 64 * tib, .help = "Fetching pauses while more than that waits in the buffer to be loaded; a page counts 4 KiB, and 16 times its "
            "cursor, beside its bytes, which bounds the memory for what waits",
    .commands = working | checking},
  setting_definition{.section = "Buffer", .name = "CREDIT_BYTES", .type = size, .member = &s::credit_bytes,
    .default_text = "8MiB", .least = kib, .greatest = 4 * gib,
    .help = "Data fetched, but not yet on disk, over all slices: what bounds the memory", .commands = fetching},
  setting_definition{.section = "Buffer", .name = "KEEP_SEGMENTS", .type = boolean, .member = &s::keep_segments,
    .default_text = "false", .help = "Keep files of the buffer whose rows are loaded; they count against the quota no more", .commands = working},

  setting_definition{.section = "Running", .name = "WORKERS", .type = choice, .member = &s::workers,
    .default_text = "alone", .choices = {"alone", "shared"},
    .help = "shared: processes with the same PIPELINE and DATABASE_URL, each with a DATA_DIR of its own, on any machine, divide "
            "the slices of a run between them, and what one leaves behind the others take over (docs/scaling.md)",
    .commands = set_of(command::run)},
  setting_definition{.section = "Running", .name = "LEASE_MS", .type = duration, .member = &s::lease_term,
    .default_text = "15s", .least = second, .greatest = hour,
    .help = "With WORKERS=shared, the slices of a process that is not heard of for so long are taken over", .commands = set_of(command::run)},
  setting_definition{.section = "Running", .name = "SYNC_WITHIN_MS", .type = duration, .member = &s::sync_within,
    .default_text = "0s", .least = 0, .greatest = day,
    .help = "With WORKERS=shared, a sync that is complete and was begun within this time is the one that is asked for, and no other "
            "follows it: of machines with one schedule the first begins it. A service says this itself; 0: each start begins one",
    .commands = set_of(command::run)},
  setting_definition{.section = "Running", .name = "MAX_RESTARTS", .type = integer, .member = &s::max_restarts,
    .default_text = "3", .unit = "restarts", .least = 0, .greatest = 1000,
    .help = "Restarts of failed stages within RESTART_WINDOW_MS before the run is aborted", .commands = working},
  setting_definition{.section = "Running", .name = "RESTART_WINDOW_MS", .type = duration,
    .member = &s::restart_window, .default_text = "60s", .least = 100, .greatest = day,
    .help = "Time in which restarts are counted", .commands = working},
  setting_definition{.section = "Running", .name = "SHUTDOWN_TIMEOUT_MS", .type = duration,
    .member = &s::shutdown_timeout, .default_text = "3s", .least = 100, .greatest = hour,
    .help = "After SIGINT or SIGTERM, transactions under way may take that long before they are cancelled", .commands = working},

  setting_definition{.section = "Service", .name = "PIPELINES_DIR", .type = path, .member = &s::pipelines_dir,
    .default_text = "/etc/ingest/pipelines.d", .help = "Folder of the pipelines' files", .commands = serving,
    .own_flag = "--pipelines"},
  setting_definition{.section = "Service", .name = "STATE_DIRECTORY", .type = path, .member = &s::state_directory,
    .default_text = "/var/lib/ingest",
    .help = "Directory of what outlives the service: a directory for each pipeline, with its DATA_DIR", .commands = serving,
    .own_flag = "--state"},
  setting_definition{.section = "Service", .name = "HTTP_ADDRESS", .type = text, .member = &s::http_address,
    .help = "Where the service answers /metrics, /healthz, /readyz, /status and /api: 127.0.0.1:9464, or unix:PATH; none: "
            "nowhere. Where ingest top and reload ask; none: 127.0.0.1:9464",
    .commands = serving | watching, .own_flag = "--http"},
  setting_definition{.section = "Service", .name = "HTTP_TOKEN_FILE", .type = path, .member = &s::http_token_file,
    .help = "File with the token that requests need; must be there where HTTP_ADDRESS is not of this machine only",
    .commands = serving | watching},
  setting_definition{.section = "Service", .name = "MAX_SYNCS", .type = integer, .member = &s::max_syncs,
    .default_text = "0", .unit = "syncs", .least = 0, .greatest = 10'000,
    .help = "Most syncs that run at a time, the others waiting for their turn; 0: any number", .commands = serving},
  setting_definition{.section = "Service", .name = "MAX_CONNECTIONS", .type = integer, .member = &s::max_connections,
    .default_text = "0", .unit = "connections", .least = 0, .greatest = 100'000,
    .help = "Most connections to databases of all syncs that run, each LOADERS and one more; 0: any number",
    .commands = serving},
  setting_definition{.section = "Service", .name = "MAX_MEMORY", .type = size, .member = &s::max_memory,
    .default_text = "0", .least = 0, .greatest = 64 * tib,
    .help = "Most memory of all syncs that run, each its pipeline's share (memory), 1MiB at least; 0: any amount", .commands = serving},

  setting_definition{.section = "Output", .name = "LOG_FORMAT", .type = choice, .member = &s::log_format,
    .default_text = "auto", .choices = {"auto", "json", "text"},
    .help = "Form of the log on stderr; auto: text on a terminal, else JSON", .commands = everything | discovering | replaying | asking | serving | watching | of_ledger},
  setting_definition{.section = "Output", .name = "LOG_LEVEL", .type = choice, .member = &s::log_level,
    .default_text = "info", .choices = {"debug", "info", "warning", "error"}, .help = "Least level that is logged",
    .commands = everything | discovering | replaying | asking | serving | watching | of_ledger},
  setting_definition{.section = "Output", .name = "PROGRESS_INTERVAL_MS", .type = duration,
    .member = &s::progress_interval, .default_text = "5s", .least = 100, .greatest = hour,
    .help = "Time between progress lines in the log; a terminal shows a live line instead", .commands = working},
  setting_definition{.section = "Output", .name = "REPORT", .type = path, .member = &s::report,
    .help = "File to write a report of the run to, as JSON", .commands = working},

  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_ENDPOINT", .type = otel, .member = &s::otel,
    .help = "Where traces and metrics are sent, by OTLP/HTTP: http://collector:4318, to which /v1/traces and /v1/metrics are added; none: nowhere", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", .type = otel, .member = &s::otel,
    .help = "Where traces are sent, as it is written; none: as OTEL_EXPORTER_OTLP_ENDPOINT says", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", .type = otel, .member = &s::otel,
    .help = "Where metrics are sent, as it is written; none: as OTEL_EXPORTER_OTLP_ENDPOINT says", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_HEADERS", .type = otel_headers, .member = &s::otel,
    .help = "Headers of each request, such as api-key=secret", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_TRACES_HEADERS", .type = otel_headers, .member = &s::otel,
    .help = "Those of traces, in place of OTEL_EXPORTER_OTLP_HEADERS", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_METRICS_HEADERS", .type = otel_headers, .member = &s::otel,
    .help = "Those of metrics, in place of OTEL_EXPORTER_OTLP_HEADERS", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_TIMEOUT", .type = otel, .member = &s::otel,
    .help = "Longest time for a request, and for all that is left to be sent when a command ends, in ms; none: 10000", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", .type = otel, .member = &s::otel,
    .help = "That of traces, in place of OTEL_EXPORTER_OTLP_TIMEOUT", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", .type = otel, .member = &s::otel,
    .help = "That of metrics, in place of OTEL_EXPORTER_OTLP_TIMEOUT", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_PROTOCOL", .type = otel, .member = &s::otel,
    .help = "http/json, which is what is sent, to an endpoint of http/protobuf as well, with a warning; with grpc nothing is sent", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", .type = otel, .member = &s::otel,
    .help = "That of traces, in place of OTEL_EXPORTER_OTLP_PROTOCOL", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", .type = otel, .member = &s::otel,
    .help = "That of metrics, in place of OTEL_EXPORTER_OTLP_PROTOCOL", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_CERTIFICATE", .type = otel, .member = &s::otel,
    .help = "File of the certificate authorities to trust, PEM; none: the system's", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", .type = otel, .member = &s::otel,
    .help = "That of traces, in place of OTEL_EXPORTER_OTLP_CERTIFICATE", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", .type = otel, .member = &s::otel,
    .help = "That of metrics, in place of OTEL_EXPORTER_OTLP_CERTIFICATE", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_SERVICE_NAME", .type = otel, .member = &s::otel,
    .help = "What service.name is; none: ingest", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_RESOURCE_ATTRIBUTES", .type = otel, .member = &s::otel,
    .help = "What else is told of where the process runs: deployment.environment.name=production,team=data", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_SDK_DISABLED", .type = otel, .member = &s::otel,
    .help = "true: nothing is sent", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_TRACES_EXPORTER", .type = otel, .member = &s::otel,
    .help = "none: no traces; otlp, as without it: where an endpoint says where to", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_METRICS_EXPORTER", .type = otel, .member = &s::otel,
    .help = "none: no metrics; otlp, as without it: where an endpoint says where to", .commands = working},
  setting_definition{.section = "OpenTelemetry", .name = "OTEL_METRIC_EXPORT_INTERVAL", .type = otel, .member = &s::otel,
    .help = "Time between two times that metrics are sent, in ms; none: 60000", .commands = working},
};
// clang-format on

}  // namespace

std::span<const setting_definition> setting_definitions() {
  return definitions;
}

}  // namespace ingest
