"use strict";
// What the page knows: runs, their images, and tiles, which it finds, groups and puts in order.

const runs = [], images = [], tiles = [], byId = new Map(); // the images by their `id`
const EMPTY = { parameters: {}, results: {}, images: [], faults: [], files: [], inputs: [] };

/** Take up the records that have arrived. The rest follow when the page is loaded. */
function read() {
  for (const element of document.querySelectorAll("script.data")) {
    for (const record of JSON.parse(element.textContent)) addRun({ ...EMPTY, ...record });
    element.remove();
  }
}

function addRun(run) {
  run.head = run.iteration ? runs.at(-1).head : run; // an iteration follows its sweep
  run.id = (run.head.uid ?? "").slice(0, 12) + (run.iteration ? `-${run.iteration}` : "");
  runs.push(run);
  for (const image of run.images) {
    Object.assign(image, { run, id: `${run.id}/${image.key}`, number: images.length });
    image.labels ??= {};
    images.push(image);
    byId.set(image.id, image);
  }
  const seriesOf = image => (image.labels.step && image.labels.series) || image;
  if (run.faults.length || !(run.images.length || run.swept)) addTile(run, []);
  for (const series of Map.groupBy(run.images, seriesOf).values()) {
    addTile(run, series.sort((one, other) => one.labels.step - other.labels.step));
  }
}

/** A tile shows an image, a series of them (one at a time), or what a run has to say. */
function addTile(run, images) {
  const tile = { run, images };
  for (const image of images) image.tile = tile;
  showStep(tile, images.length - 1);
  tiles.push(tile);
}

/** Have a tile show one image of its series, by which it is found, grouped and sorted then. */
function showStep(tile, at) {
  const { run, run: { head } } = tile, { key, type, caption, labels = {} } =
    tile.images[at] ?? {};
  const own = { run: head.uid, uid: head.uid, key: labels.series ?? key, type, name: head.name,
    function: head.function, state: run.state, start: run.start, iteration: run.iteration,
    workflow: head.workflow, caption };
  Object.assign(tile, { at, fields: {} });
  for (const [kind, values] of [["", own], ["param.", run.parameters], ["result.", run.results],
    ["label.", labels]]) {
    for (const name in values) tile.fields[kind + name] = values[name];
  }
}

const fieldNames = () => [...new Set(tiles.flatMap(({ fields }) => Object.keys(fields)))];
const value = ({ fields }, name) => Object.hasOwn(fields, name) ? fields[name] : undefined;
const shown = tile => tile.images[tile.at];
const isSeries = tile => tile.images.length > 1;
const nameOf = run => run.head.function || run.head.name;
const pairs = values => Object.entries(values).map(([name, value]) => `${name}=${value}`);

/** The text in which a filter word without a field is looked for. */
function textOf(tile) {
  const { run, run: { head, iteration }, fields, images } = tile;
  const said = ({ faults, log, files, inputs }) => [faults, log, files, inputs];
  const ofSweep = iteration
    ? [`#${iteration}`, said(head), pairs(head.parameters), pairs(head.results)] : [];
  const seen = images.map(({ labels: { width, height }, key, changes, fault, uri, path }) =>
    [`${width} × ${height}`, key, changes, fault, uri, path]);
  tile.text ??= [pairs(fields), said(run), ofSweep, seen].flat(Infinity).join(" ").toLowerCase();
  return tile.text;
}

const collator = new Intl.Collator(undefined, { numeric: true });
const isNumber = text => String(text).trim() !== "" && Number.isFinite(Number(text));

/** The order of two values: numbers by size, texts as one reads them, last what is not there. */
function compare(one, other, way = 1) {
  if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
  return way * (isNumber(one) && isNumber(other) ? one - other : collator.compare(one, other));
}

/** Whether a value is what a filter word asks for. */
function isAsked(value, sign, text) {
  if (value === undefined) return false;
  const lower = value.toLowerCase(), more = value - text;
  const same = isNumber(text) ? more === 0 : lower === text;
  return { ":": lower.includes(text), "=": same, "!=": !same,
    ">": more > 0, ">=": more >= 0, "<": more < 0, "<=": more <= 0 }[sign];
}

/** What a filter word asks of a tile: FIELD SIGN TEXT where there is such a field, else text. */
function question(word) {
  const [, field, sign, text] = /^([\w.-]+)(!=|>=|<=|[:=<>])(.+)$/s.exec(word) ?? [];
  // `width` is that of a parameter, a result or a label
  const names = [field, `param.${field}`, `result.${field}`, `label.${field}`].filter(name =>
    sign && tiles.some(tile => value(tile, name) !== undefined));
  const lower = (names.length ? text : word).toLowerCase();
  const fits = names.length
    ? tile => names.some(name => isAsked(value(tile, name), sign, lower))
    : tile => textOf(tile).includes(lower);
  return { fits, field, sign, text, isField: names.length > 0 };
}

/** What is wrong with a question that nothing fits. */
function faultOf({ field, sign, text, isField }) {
  if (isField && /[<>]/.test(sign) && !isNumber(text)) return `${text} is no number.`;
  if (isField || !sign) return "";
  const names = new Set(fieldNames().map(name => name.split(".").at(-1)));
  return `No field is named ${field}. There are ${[...names].join(", ")}.`;
}

/** What a filter asks in words; those in quotes may have spaces. */
function questions(filter) {
  const words = filter.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
  return words.map(word => question(word.replaceAll('"', "")));
}

/** Tiles in groups. The `name` of a group is its run, or what its tiles have in a field. */
function arrange(found, { group, sort, down }) {
  const bySort = (one, other) => compare(value(one, sort), value(other, sort), down ? -1 : 1);
  const ordered = sort ? found.toSorted(bySort) : down ? found.toReversed() : found;
  const named = Map.groupBy(ordered, tile => group === "run" ? tile.run.head : value(tile, group));
  const groups = [...named].map(([name, tiles]) => ({ name, tiles, run: group === "run" && name }));
  return group === "run" ? groups : groups.sort((one, other) => compare(one.name, other.name));
}
