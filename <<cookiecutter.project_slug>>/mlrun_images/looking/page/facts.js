// What the page says of a tile, a run or a value, and the elements that say it.

const MARKS = { completed: "✓", error: "✕", aborted: "■" };
const part = id => document.getElementById(id);
const copyOf = template => part(template).content.firstElementChild.cloneNode(true);
const title = (field, value) => `${field.replace(/^\w+\./, "")} = ${value ?? "–"}`;
const isPage = ({ link }) => /\.html$/i.test(link);
const hasImage = tile => tile.images.length > 0;
const decoded = text => { try { return decodeURIComponent(text); } catch { return text; } };

/** An element with properties; text among its children is text. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child));
  return element;
}

const codes = values => pairs(values).map(text => make("code", {}, text));
const linkTo = (href, name, fault) => href ? make("a", { href, target: "_blank" }, name)
  : `${name} ${fault ? `(${fault})` : ""}`;
const linkToRun = run => run && make("button",
  { onclick: () => openTile(tiles.find(tile => tile.run.head === run)) }, nameOf(run));

/** A text, and a button that copies it. */
function copyable(what, text) {
  const onclick = ({ target }) =>
    navigator.clipboard.writeText(text).then(() => { target.textContent = "copied"; });
  return text &&
    [make("code", {}, text), make("button", { ariaLabel: `Copy ${what}`, onclick }, "copy")];
}

/** Put facts into the elements that ask for them by `data-fact`. */
function fill(element, facts) {
  for (const place of element.querySelectorAll("[data-fact]")) {
    place.replaceChildren(...[facts[place.dataset.fact]].flat().filter(Boolean));
  }
  return element;
}

/** A run's state: its mark, and its name, which the eye does not need for `completed`. */
const stateElement = ({ state = "" }) =>
  make("span", { className: `state ${state}`, role: "img", ariaLabel: state },
    MARKS[state] ?? "●", state === "completed" ? "" : ` ${state}`);

/** What a tile shows, by the names that the page's markup has for it. */
function factsOf(tile) {
  const { run, run: { head }, fields } = tile, image = shown(tile), sorted = fields[view.sort];
  const { width, height, mode, format = image.type, frames, step } = image.labels;
  const own = pairs(run.parameters).filter(pair => !pairs(head.parameters).includes(pair));
  const files = run.files.map(([key, , name]) => `${key}: ${name}`);
  const about = [width && `${width} × ${height}`, mode, format, frames > 1 && `${frames} frames`]
    .filter(Boolean).join(", ");
  return {
    about, key: fields.key, caption: image.caption, state: stateElement(run), start: run.start,
    detail: sorted ? title(view.sort, sorted) : step ? `step ${step}`
      : run.iteration ? [`#${run.iteration}`, ...own].join(" ") : about,
    why: run.faults.join("\n"), outcome: [...pairs(run.results), ...files].join("\n"),
    output: run.log && make("pre", {}, run.log),
  };
}

/** What is known of a tile, its image and its run. */
function detailsOf(tile) {
  const { run, run: { head } } = tile, image = shown(tile), { key, fault, link = "" } = image;
  const { width, height, mode, format, frames, ...labels } = image.labels;
  const lines = (all, toLine) => all.map(one => make("div", {}, ...toLine(one)));
  const makerOf = uid => linkToRun(uid && runs.find(run => run.uid === uid));
  const isUser = ({ inputs }) => inputs.some(([, , uid]) => uid && uid === head.uid);
  return {
    ...factsOf(tile), changes: image.changes?.join("\n"), workflow: head.workflow,
    file: key && linkTo(link, image.path ?? decoded(link.split("/").at(-1)), fault),
    item: key && head.uid && copyable("UID/KEY", `${head.uid}/${key}`),
    uid: copyable("UID", head.uid), uri: copyable("URI", image.uri),
    function: [nameOf(run), run.iteration && ` iteration #${run.iteration}`],
    labels: codes(labels), parameters: codes(run.parameters),
    results: codes({ ...head.results, ...run.results }),
    files: lines([...new Set([...run.files, ...head.files])],
      ([key, ...file]) => [`${key}: `, linkTo(...file)]),
    inputs: lines(head.inputs, ([name, url, uid]) => [`${name} ← ${url} `, makerOf(uid)]),
    users: runs.filter(isUser).map(linkToRun), bytes: image.bytes?.toLocaleString("en"),
  };
}
