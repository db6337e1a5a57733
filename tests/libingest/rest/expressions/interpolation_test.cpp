#define BOOST_TEST_MODULE interpolation
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/expressions/interpolation.hpp"

using namespace ingest;
using namespace ingest::rest;

namespace {

/// 2024-02-29 13:05:09.678901 UTC
constexpr std::chrono::sys_time<std::chrono::microseconds> now{std::chrono::microseconds(1'709'211'909'678'901)};

const value& usual() {
  static const value all = value::from_json(R"({
    "config": {"start_date": "2023-07-31", "limit": 50, "domain": "a.example/", "nothing": null, "tags": ["b", "a"],
               "items": [1], "secret": "s3cr3t"},
    "record": {"id": 17, "price": 12.50, "labels": [{"n": 3}, {"n": 1}]},
    "response": {"next": null, "data": []},
    "headers": {"link": {"next": {"url": "https://a/b?page=2"}}},
    "stream_slice": {"start": "2024-01-01", "id": 7}
  })");
  return all;
}

variables given() {
  variables all;
  for (const auto& [name, content] : usual().members()) {
    all.set(name.text(), content);
  }
  all.tell_time_by([] { return now; });
  return all;
}

std::string repr_of(const std::string& text) {
  return interpolation(text, "streams.orders, line 3").evaluate(given(), value::text_of("DEFAULT")).to_repr();
}

bool holds(const std::string& text) {
  return interpolation(text, "").holds(given());
}

std::string refusal_of(const std::string& text) {
  try {
    return repr_of(text) + " was not refused";
  } catch (const error& e) {
    return e.code() == errc::config ? e.what() : "an error of another code";
  }
}

void check_all(std::initializer_list<std::pair<const char*, const char*>> cases) {
  for (const auto& [text, repr] : cases) {
    BOOST_TEST(repr_of(text) == repr, "of " << text << " came " << repr_of(text));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_rendered_is_read_as_a_literal) {
  check_all({{"5", "5"},
             {"{{ '5' }}", "5"},
             {"{{ 'True' }}", "True"},
             {"{{ config.tags }}", "['b', 'a']"},
             {"{{ config.nothing }}", "None"},
             {"{{ record.id }}-x", "'17-x'"},
             {"{{ record.id }}0", "170"},
             {"{{ config.start_date }}", "'2023-07-31'"},
             {"{{ config.start_date | string }}", "'2023-07-31'"},
             {"{{ record.id | string }}", "'17'"}});
}

BOOST_AUTO_TEST_CASE(an_empty_or_undefined_result_is_the_default) {
  check_all({{"", "'DEFAULT'"},
             {"{{ '' }}", "'DEFAULT'"},
             {"{{ config.missing }}", "'DEFAULT'"},
             {"a{{ config.missing.more }}", "'DEFAULT'"},
             {"{{ config.missing + 1 }}", "'DEFAULT'"},
             {"{{ config.missing or 'x' }}", "'x'"}});
}

BOOST_AUTO_TEST_CASE(a_field_whose_default_is_itself_tells_empty_from_undefined) {
  BOOST_TEST(interpolation("{{ '' }}", "").evaluate_itself(given()).to_repr() == "''");
  BOOST_CHECK_THROW(interpolation("{{ config.a.b }}", "").evaluate_itself(given()), error);
  BOOST_TEST(interpolation("{{ '5' }}", "").evaluate_name(given()) == "5");
  BOOST_TEST(interpolation("'{{ 'a' }}'", "").evaluate_name(given()) == "a");
}

BOOST_AUTO_TEST_CASE(where_python_raises_a_type_error_the_template_itself_comes_out) {
  check_all({{"{{ record.id + 'a' }}", "\"{{ record.id + 'a' }}\""},
             {"{{ response.next < 1 }}", "'{{ response.next < 1 }}'"}});
  BOOST_TEST(holds("{{ response.next < 1 }}"));
}

BOOST_AUTO_TEST_CASE(attributes_come_before_members_and_items_after_them) {
  check_all({{"{{ config['items'] }}", "[1]"},
             {"{{ config.items() | list | length }}", "7"},
             {"{{ config.items is callable }}", "True"},
             {"{{ headers['link']['next'].url }}", "'https://a/b?page=2'"},
             {"{{ record.labels.0.n }}", "3"},
             {"{{ record.labels[-1]['n'] }}", "1"},
             {"{{ record.labels[7] }}", "'DEFAULT'"}});
}

BOOST_AUTO_TEST_CASE(a_slice_has_two_other_names_and_may_have_attributes) {
  check_all({{"{{ stream_interval.start }}", "'2024-01-01'"}, {"{{ stream_partition['id'] }}", "7"}});
  BOOST_TEST(interpolation("{{ stream_partition.id }}", "").names("stream_slice"));
  BOOST_TEST(!interpolation("{{ stream_partition.id }}", "").names("id"));
  variables here;
  here.set("stream_slice", value::dict_of({{"id", value::integer_of(1)}},
                                          {{"extra_fields", value::dict_of({{"a", value::integer_of(2)}})}}));
  BOOST_TEST(interpolation("{{ stream_slice.extra_fields.a ~ stream_slice }}", "").render(here) == "2{'id': 1}");
}

BOOST_AUTO_TEST_CASE(operators_bind_and_chain_as_in_jinja) {
  check_all({{"{{ 1 + 2 * 3 }}", "7"},
             {"{{ 7 // 2 }}-{{ -7 // 2 }}-{{ -7 % 3 }}", "'3--4-2'"},
             {"{{ 7 / 2 }}", "3.5"},
             {"{{ 2 ** 3 ** 2 }}", "64"},
             {"{{ 1 < 2 < 2 }}", "False"},
             {"{{ 'a' in config.tags and 'c' not in config.tags }}", "True"},
             {"{{ 1 ~ 'a' ~ none }}", "'1aNone'"},
             {"{{ 'x' if record.id > 20 else 'y' }}", "'y'"},
             {"{{ 'x' if record.id > 20 }}", "'DEFAULT'"},
             {"{{ not config.nothing and record.id }}", "17"},
             {"{{ config.tags[::-1] }}", "['a', 'b']"},
             {"{{ config.start_date[:4] }}", "2023"},
             {"{{ 'ab' * 2 ~ [1] * 2 }}", "'abab[1, 1]'"}});
}

BOOST_AUTO_TEST_CASE(statements_set_branch_and_loop) {
  check_all(
      {{"{% set a = 1 %}{{ a }}", "1"},
       {"{% set a, b = [1, 2] %}{{ b }}", "2"},
       {"{% set a %}x{{ record.id }}{% endset %}{{ a }}", "'x17'"},
       {"{% if record.id == 1 %}a{% elif record.id == 17 %}b{% else %}c{% endif %}", "'b'"},
       {"{% for l in record.labels %}{{ loop.index }}:{{ l.n }}{% if not loop.last %},{% endif %}{% endfor %}",
        "'1:3,2:1'"},
       {"{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}", "'a1'"},
       {"{% for x in [] %}{% else %}none{% endfor %}", "'none'"},
       {"{% for x in [1, 2, 3] if x != 2 %}{{ x }}{% endfor %}", "13"},
       {"{% set a = [] %}{% for x in 'ab' %}{% set _ = a.append(x) %}{% endfor %}{{ a }}", "['a', 'b']"},
       {"{% set a = {} %}{% for x in 'ab' %}{% set _ = a.update({x: 1}) %}{% endfor %}{{ a }}", "{'a': 1, 'b': 1}"},
       {"{% set ns = namespace(n=1) %}{% for x in 'ab' %}{% set ns.n = ns.n * 2 %}{% endfor %}{{ ns.n }}", "4"},
       {"{% set a = 1 %}{% for x in 'ab' %}{% set a = 2 %}{% endfor %}{{ a }}", "1"}});
}

BOOST_AUTO_TEST_CASE(hyphens_take_the_blanks_around_a_tag) {
  check_all({{"a {{- 'b' -}} \n c", "'abc'"},
             {"a {%- if true -%} b {%- endif -%} c", "'abc'"},
             {"a{# no #}b", "'ab'"},
             {"a {#- no -#} b", "'ab'"},
             {"{% raw %}{{ x }}{% endraw %}", "'{{ x }}'"},
             {"a\n", "'a'"},
             {"a\r\nb", "'a\\nb'"}});
}

BOOST_AUTO_TEST_CASE(filters_of_jinja_and_of_the_cdk) {
  check_all({{"{{ record.labels | map(attribute='n') | list }}", "[3, 1]"},
             {"{{ record.labels | selectattr('n', 'gt', 1) | map(attribute='n') | first }}", "3"},
             {"{{ config.tags | sort | join('-') }}", "'a-b'"},
             {"{{ 'x' | default('y') }}{{ config.no | default('z') }}", "'xz'"},
             {"{{ ' 42.7 ' | int }}", "42"},
             {"{{ 'x' | float }}", "0.0"},
             {"{{ [1, 'a<'] | tojson }}", R"([1, 'a<'])"},
             {"{{ 'a b/c' | urlencode }}", "'a%20b/c'"},
             {"{{ 'a' | hash }}", "'0cc175b9c0f1b6a831c399e269772661'"},
             {"{{ 'a' | hash('sha1', 'b') }}", "'da23614e02469a0d7c7bd1bdab5c9c474b1904dc'"},
             {"{{ 'id:secret' | base64encode }}", "'aWQ6c2VjcmV0'"},
             {"{{ 'aWQ6c2VjcmV0' | base64decode }}", "'id:secret'"},
             {"{{ 'page=12&x' | regex_search('page=([0-9]+)') }}", "12"},
             {"{{ 'page=12' | regex_search('page') }}", "'DEFAULT'"},
             {"{{ 'ab' | regex_replace('(a)(b)', '\\\\2\\\\1') }}", "'ba'"},
             {"{{ 'm' | hmac('k') }}", "'b60090e3052297aeb5a080889ce2fc4bca957e756faeb4df7d31800ca1e771ec'"}});
}

BOOST_AUTO_TEST_CASE(dates_are_computed_and_written) {
  check_all(
      {{"{{ now_utc() }}", "'2024-02-29 13:05:09.678901+00:00'"},
       {"{{ (now_utc() - duration('P1Y')).strftime('%Y-%m-%d') }}", "'2023-02-28'"},
       {"{{ today_utc() }}", "'2024-02-29'"},
       {"{{ today_with_timezone('Pacific/Kiritimati') }}", "'2024-03-01'"},
       {"{{ day_delta(-1, format='%Y-%m-%d') }}", "'2024-02-28'"},
       {"{{ day_delta(1) }}", "'2024-03-01T13:05:09.678901+0000'"},
       {"{{ format_datetime(config.start_date, '%s') }}", "1690761600"},
       {"{{ format_datetime('2024-01-31T10:00:00+02:00', '%Y-%m-%dT%H:%M:%S.%_msZ') }}", "'2024-01-31T08:00:00.000Z'"},
       {"{{ format_datetime(1700000000, '%ms') }}", "1700000000000"},
       {"{{ format_datetime('31/12/2023', '%Y-%m-%d', '%d/%m/%Y') }}", "'2023-12-31'"},
       {"{{ timestamp('2024-01-01') }}", "1704067200.0"},
       {"{{ timestamp(5.9) }}", "5"},
       {"{{ str_to_datetime('2024-W05-3') < now_utc() }}", "True"},
       {"{{ now_utc() - str_to_datetime('2024-02-28') }}", "'1 day, 13:05:09.678901'"},
       {"{{ duration('P1DT2H') }}", "'1 day, 2:00:00'"},
       {"{{ now_utc().isoformat('T', 'seconds') }}", "'2024-02-29T13:05:09+00:00'"},
       {"{{ max('2024-01-01', stream_interval.start, config.start_date) }}", "'2024-01-01'"}});
}

BOOST_AUTO_TEST_CASE(a_condition_is_false_for_what_the_cdk_calls_false_only) {
  for (const char* const text : {"", "{{ false }}", "{{ 0 }}", "{{ [] }}", "{{ {} }}", "0.0", "false", "()",
                                 "{{ config.missing }}", "{{ '' }}"}) {
    BOOST_TEST(!holds(text), text);
  }
  for (const char* const text :
       {"true", "{{ none }}", "null", "{{ 1 }}", "x", "{{ response.next }}", "{{ not response.next }}"}) {
    BOOST_TEST(holds(text), text);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_given_is_refused_where_it_stands) {
  const std::string refusal = refusal_of("{{ 1 if true else other.x }}");
  BOOST_TEST(refusal ==
             "streams.orders, line 3: the variable 'other' is not known here, in: {{ 1 if true else other.x }}");
  BOOST_TEST(refusal_of("{{ range(3) }}").find("'range'") != std::string::npos);
  BOOST_TEST(refusal_of("{{ stream_state.x }}").find("stream_interval") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_template_is_refused) {
  for (const char* const text :
       {"{{", "{{ 1 +", "{{ (1 }}", "{% if 1 %}", "{% endif %}", "{{ a b }}", "{{ 'x }}", "{{ x | nope }}",
        "{{ x is nope }}", "{# x", "{% macro x() %}{% endmacro %}", "{% include 'x' %}", "{{ 1 $ 2 }}", "{{ }}",
        "{% set %}", "{% for x %}{% endfor %}", "{{ f(a=1, 2) }}"}) {
    BOOST_TEST(refusal_of(text).find("streams.orders, line 3: ") == 0, text << ": " << refusal_of(text));
  }
}

BOOST_AUTO_TEST_CASE(the_sandbox_shows_no_internals_and_messages_no_values) {
  BOOST_TEST(refusal_of("{{ config.__class__.__mro__ }}").find("unsafe") != std::string::npos);
  for (const char* const text :
       {"{{ config.secret | int / 0 }}", "{{ [].index(config.secret) }}", "{{ str_to_datetime(config.secret) }}",
        "{{ today_with_timezone(1) }}", "{{ 'x' | regex_search('(') }}"}) {
    const std::string refusal = refusal_of(text);
    BOOST_TEST(refusal.find("s3cr3t") == std::string::npos, refusal);
    BOOST_TEST(refusal.find("was not refused") == std::string::npos, refusal);
  }
}

BOOST_AUTO_TEST_CASE(no_template_takes_for_ever_or_all_memory) {
  std::string tower = "{% set t = (1,) %}";
  for (int i = 0; i < 80; ++i) {
    tower += "{% set t = (t, t) %}";
  }
  const std::string many =
      "{% set l = ('x' * 3000) | list %}{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% "
      "endfor %}";
  for (const std::string& text :
       {std::string("{{ 'a' * 1000000000 }}"), std::string("{{ [1] * 1000000000 }}"), std::string("{{ 9 ** 99999 }}"),
        std::string("{{ '%0999999999d' % 1 }}"), std::string("{{ 'a' | center(999999999) }}"), tower + "{{ t }}",
        tower + "{{ {t: 1} }}", tower + "{% set u = (t, 1) %}{{ (t, 1) == u }}", many,
        "{{ " + std::string(100'000, '(') + "}}", "{{ " + std::string(100'000, '-') + "1 }}",
        "{{ 1" + std::string(100'000, '+') + "1 }}", "{{ a" + std::string(10'000, '.') + " }}",
        std::string("{{ ('a' * 60 ~ 'b') | regex_search('^((a|a)+)+$') }}"),
        std::string(
            "{% set ns = namespace(a=1) %}{% for x in ['a'] * 100000 %}{% set ns.a = ns %}{% endfor %}{{ ns.a }}")}) {
    BOOST_TEST(refusal_of(text).find("was not refused") == std::string::npos, text.substr(0, 60));
  }
}

BOOST_AUTO_TEST_CASE(a_constant_is_known_as_such) {
  BOOST_TEST(interpolation("a{# b #}c", "").constant());
  BOOST_TEST(!interpolation("{{ 1 }}", "").constant());
  BOOST_TEST(interpolation().evaluate(given()).is_none());
  BOOST_TEST(interpolation("[1]", "").evaluate(given()).to_repr() == "[1]");
}
