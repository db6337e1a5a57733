// Reads a Parquet file and prints what it holds: node read.mjs FILE
//
// Lines of words behind tabs: `rows N`, `row_groups N`, `created_by TEXT`, `metadata KEY VALUE`, then `column NAME
// PHYSICAL LOGICAL ENCODINGS` for each, then an empty line and a line of cells for each row. A cell is - for null, and
// else a number, true or false, the bits of a double as hexadecimal digits, or x and those of bytes.
//
// Checks the checksum of each page, and the statistics of each column of each row group against its values. Fails with
// a word where they differ.
import { readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { parquetMetadata, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { deserializeTCompactProtocol } from './node_modules/hyparquet/src/thrift.js'

const hex = bytes => bytes && 'x' + Buffer.from(bytes).toString('hex')
const parsers = {
  stringFromBytes: hex,
  jsonFromBytes: hex,
  uuidFromBytes: hex,
  dateFromDays: days => days,
  timestampFromMicroseconds: microseconds => microseconds,
}

const file = readFileSync(process.argv[2])
const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)
const metadata = parquetMetadata(buffer, { parsers })
const columns = metadata.schema.slice(1)

function require(holds, what) {
  if (!holds) throw new Error(what)
}

function checkPages(chunk, name) {
  let offset = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset)
  const end = offset + Number(chunk.total_compressed_size)
  let values = 0
  let uncompressed = 0
  while (offset < end) {
    const reader = { view: new DataView(buffer), offset }
    const header = deserializeTCompactProtocol(reader)
    const body = file.subarray(reader.offset, reader.offset + header.field_3)
    require(crc32(body) === header.field_4 >>> 0, `a page of ${name} has another checksum`)
    values += header.field_1 === 0 ? header.field_5.field_1 : 0
    uncompressed += reader.offset - offset + header.field_2
    offset = reader.offset + header.field_3
  }
  require(offset === end, `the pages of ${name} end elsewhere`)
  require(values === Number(chunk.num_values), `the pages of ${name} have ${values} values`)
  require(uncompressed === Number(chunk.total_uncompressed_size), `${name} has another size`)
}

const isText = column => column.type === 'BYTE_ARRAY' || column.type === 'FIXED_LEN_BYTE_ARRAY'

function checkStatistics(column, values, statistics) {
  const present = values.filter(v => v !== null && v !== undefined)
  const name = column.name
  require(Number(statistics.null_count) === values.length - present.length, `${name}: null_count`)
  if (column.converted_type === 'JSON') {
    require(statistics.min_value === undefined && statistics.max_value === undefined, `${name}: JSON has bounds`)
    return
  }
  if (present.length === 0) {
    require(statistics.min_value === undefined && statistics.max_value === undefined, `${name}: bounds of nothing`)
    return
  }
  const least = present.reduce((a, b) => (b < a ? b : a))
  const most = present.reduce((a, b) => (b > a ? b : a))
  const { min_value: min, max_value: max } = statistics
  const longest = 2 * 64 + 1 // of what hex() makes
  if (isText(column) && least.length > longest) {
    require(!statistics.is_min_value_exact && least.startsWith(min) && min.length > longest - 8, `${name}: shortened min`)
  } else {
    require(statistics.is_min_value_exact && String(least) === String(min), `${name}: min is ${min}, not ${least}`)
  }
  if (isText(column) && most.length > longest) {
    require(!statistics.is_max_value_exact, `${name}: shortened max is said to be exact`)
    require(max === undefined || (max > most && max.length <= longest + 6), `${name}: shortened max`)
  } else {
    require(statistics.is_max_value_exact && String(most) === String(max), `${name}: max is ${max}, not ${most}`)
  }
}

function cell(column, value) {
  if (value === null || value === undefined) return '-'
  if (column.type === 'DOUBLE') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return bytes.toString('hex')
  }
  return String(value)
}

const out = []
out.push(`rows\t${metadata.num_rows}`, `row_groups\t${metadata.row_groups.length}`, `created_by\t${metadata.created_by}`)
for (const { key, value } of metadata.key_value_metadata ?? []) out.push(`metadata\t${key}\t${value}`)
columns.forEach((column, i) => {
  const encodings = new Set(metadata.row_groups.flatMap(g => g.columns[i].meta_data.encodings))
  const logical = column.logical_type?.type ?? '-'
  out.push(['column', column.name, column.type, logical, [...encodings].sort().join(' ')].join('\t'))
})
out.push('')
let begin = 0
for (const group of metadata.row_groups) {
  const end = begin + Number(group.num_rows)
  let rows = []
  await parquetRead({ file: buffer, metadata, compressors, parsers, rowFormat: 'array', rowStart: begin, rowEnd: end,
    onComplete: found => { rows = found } })
  require(rows.length === end - begin, `a row group has ${rows.length} rows`)
  group.columns.forEach(({ meta_data: chunk }, i) => {
    require(chunk.path_in_schema[0] === columns[i].name, 'chunks stand in another order than columns')
    checkPages(chunk, columns[i].name)
    checkStatistics(columns[i], rows.map(row => row[i]), chunk.statistics)
  })
  for (const row of rows) out.push(columns.map((column, i) => cell(column, row[i])).join('\t'))
  begin = end
}
require(begin === Number(metadata.num_rows), 'the row groups have other rows than the file')
const text = Buffer.from(out.join('\n') + '\n')
for (let at = 0; at < text.length;) at += writeSync(1, text, at)
