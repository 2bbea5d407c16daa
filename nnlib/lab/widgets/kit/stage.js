// The stage of every widget: its controls, its picture, its words, its state. It knows no lesson.
//
// Python sends a plan (which controls there are), a state (their values, and the words) and a
// picture. The page asks: it says which controls were moved, and how much room the picture has.
// One question is on its way at a time. What is moved meanwhile waits, and goes out together.

const DEAD = "This widget is asleep: its kernel is gone. Choose Run → Run All Above, then run this cell.";
const LOST = "The connection to the kernel is lost. The widget goes on when it is back.";
const PERIOD = 60; // milliseconds from one picture of a film to the next
const SILENCE = 8000; // milliseconds without an answer
const REST = 700; // milliseconds of quiet before the words are spoken
const WIDE = 640; // pixels from which on the controls stand beside the picture

export default { render };

function render({ model, el }) {
  const plan = model.get("plan");
  const parts = {}; // the controls on the page, by name
  const picture = make("img", { class: "picture", decoding: "sync" });
  const spots = make("div", { class: "spots" });
  const first = make("p", { class: "first" });
  const rest = make("p", { class: "rest" });
  const message = make("p", { class: "message" });
  const spoken = make("div", { class: "unseen", role: "status" });
  const code = make("textarea", { class: "code", readonly: "", "aria-label": "the code" });
  const bar = make("progress", { max: 1, "aria-label": "progress" });
  const stop = button("Stop", "End here, and show what there is so far", () => ask("stop", true));
  const busy = make("div", { class: "busy" }, bar, stop);
  const controls = make("div", { class: "controls" });
  const view = make("div", { class: "view" }, picture, spots);
  const stage = make("div", { class: plan.large ? "nnlib-stage large" : "nnlib-stage", role: "group", "aria-label": plan.label },
    view, make("div", { class: "near" }, busy, message, first), controls, rest, code, spoken);
  el.replaceChildren(stage);

  // ------------------------------------------------------------------- questions and answers

  let number = Date.now(), onItsWay = 0, alive = true, timer = null, url = null, heard = "", refusal = "";
  let waiting = new Map(); // what was moved and not sent yet
  let sent = new Map(); // what was sent and not answered yet
  let presses = []; // of buttons: each of them counts

  function ask(name, value, isPress = !(name in parts) || parts[name].isButton) {
    if (!alive) return;
    refuse("");
    if (isPress) presses.push([name, value]);
    else waiting.set(name, value);
    send();
  }

  function send() {
    if (!alive || onItsWay || !(waiting.size || presses.length)) return;
    [sent, waiting] = [waiting, new Map()];
    onItsWay = ++number;
    awaitNews(model.get("state"));
    model.send({ number, events: [...sent, ...presses] });
    presses = [];
  }

  function awaitNews(before, kernel = model.widget_manager?.kernel) {
    setTimeout(() => { // a kernel that has nothing to do and says nothing is another one
      if (!alive || model.get("state") !== before) return;
      if (kernel?.status !== "busy") return live(DEAD);
      kernel.requestKernelInfo?.().catch(() => {}); // another one in its place says that it is free
      awaitNews(before);
    }, SILENCE);
  }

  function answer() {
    const state = model.get("state");
    if (!alive) live(""); // it was slow, not gone
    if (state.number === onItsWay) [onItsWay, sent] = [0, new Map()];
    if (onItsWay || state.busy !== null) awaitNews(state);
    for (const [name, value] of Object.entries(state.values)) {
      // What the reader has moved since then stays as it is.
      if (name in parts && !sent.has(name) && !waiting.has(name)) parts[name].set(value, state);
    }
    for (const [name, part] of Object.entries(parts)) part.enable(!state.off.includes(name));
    tell(refusal || state.message, refusal !== "" || state.alert);
    stage.toggleAttribute("aria-busy", state.busy !== null);
    busy.hidden = state.busy === null;
    if (state.busy !== null) bar.value = state.busy;
    code.hidden = state.code === null;
    code.value = state.code ?? "";
    code.rows = code.value.split("\n").length + 1;
    [picture.width, picture.height] = state.size;
    place(state.spots);
    say(state.words);
    send();
  }

  function say(words) {
    const sentences = words.split(/(?<=[.!?]) (?=\S)/);
    first.textContent = sentences[0];
    rest.textContent = sentences.slice(1).join(" ");
    picture.alt = words;
    clearTimeout(timer);
    timer = setTimeout(() => { // once all is quiet: the message, or the first sentence that is new
      const news = message.textContent || sentences.find((one) => !heard.includes(one));
      if (news && news !== spoken.textContent) spoken.textContent = news;
      heard = words;
    }, REST);
  }

  function paint() {
    if (url) URL.revokeObjectURL(url);
    url = URL.createObjectURL(new Blob([model.get("picture")]));
    picture.src = url;
  }

  function tell(words, alert = words !== "") {
    if (alert && words !== message.textContent) spoken.textContent = words;
    message.textContent = words;
    message.classList.toggle("alert", alert);
  }
  const refuse = (words) => { refusal = words; tell(words); }; // it stays until something is asked

  // --------------------------------------------------------------------- controls and spots

  const kinds = { slider, number: slider, choice, tick, button: press, player, pad };
  const groups = {};
  for (const spec of plan.controls) {
    const change = (value) => {
      for (const part of Object.values(parts)) part.pause?.(); // a hand on a control stops the film
      ask(spec.name, value);
    };
    const part = kinds[spec.kind](spec, change, refuse, parts);
    parts[spec.name] = part;
    groups[spec.group] ??= group(controls, spec.group);
    groups[spec.group].append(part.element);
  }

  function place(boxes) {
    // Parts of the picture that can be pressed: one tab stop, and arrows inside.
    if (spots.dataset.boxes === JSON.stringify(boxes)) return;
    spots.dataset.boxes = JSON.stringify(boxes);
    const held = [...spots.children].indexOf(document.activeElement);
    spots.replaceChildren(...boxes.map(({ label, chosen, box: [left, top, width, height] }, k) => {
      const spot = button("", label, () => ask("spot", k));
      spot.setAttribute("aria-label", label);
      spot.setAttribute("aria-pressed", chosen);
      for (const [edge, share] of Object.entries({ left, top, width, height })) spot.style[edge] = `${100 * share}%`;
      return spot;
    }));
    rove([...spots.children], Math.max(held, boxes.findIndex((box) => box.chosen), 0));
    if (held >= 0) spots.children[held]?.focus();
  }

  // ------------------------------------------------------------------ room, theme, life, keys

  let told = "";
  function measure() {
    if (!stage.isConnected || !stage.clientWidth) return;
    const [wide, room] = [stage.clientWidth >= WIDE, heightAround(stage)];
    stage.classList.toggle("wide", wide);
    stage.classList.toggle("dark", isLight(getComputedStyle(el).color));
    const height = Math.min(560, Math.floor(wide ? Math.max(170, room - 96) : room < 250 ? 320 : Math.max(170, 0.46 * room)));
    stage.style.setProperty("--controls", `${wide ? room - 24 : Math.max(150, 0.4 * room)}px`);
    const place = [view.clientWidth, height, devicePixelRatio];
    if (String(place) === told) return;
    told = String(place);
    window.matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", later, { once: true });
    ask("place", place, false);
  }
  let soon = 0;
  const later = () => { clearTimeout(soon); soon = setTimeout(measure, 120); };
  const [room, theme] = [new ResizeObserver(later), new MutationObserver(later)];
  room.observe(stage);
  for (const node of [document.documentElement, document.body]) theme.observe(node, { attributes: true });
  window.addEventListener("resize", later);

  stage.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    const around = el.parentElement?.closest("[tabindex]");
    if (around) around.focus({ preventScroll: true });
    else document.activeElement.blur();
  });

  function live(words) {
    alive = words === "";
    stage.classList.toggle("dead", !alive);
    for (const part of Object.values(parts)) part.enable(alive && !model.get("state").off.includes(part.name));
    for (const spot of spots.children) spot.disabled = !alive;
    stop.disabled = !alive;
    busy.hidden = true;
    tell(words);
    [onItsWay, sent] = [0, new Map()];
    send();
  }
  const forget = watchKernel(model, live);

  model.on("change:state", answer);
  model.on("change:picture", paint);
  answer();
  paint();
  measure();
  return () => {
    model.off("change:state", answer);
    model.off("change:picture", paint);
    window.removeEventListener("resize", later);
    for (const observer of [room, theme]) observer.disconnect();
    for (const part of Object.values(parts)) part.end?.();
    forget();
    clearTimeout(timer);
    URL.revokeObjectURL(url);
  };
}

// ------------------------------------------------------------------------------------ controls
// Each takes its part of the plan and `change(value)`, and returns its element, `set(value)` and
// `enable(yes)`.

function slider(spec, change, refuse) {
  // The place of a value on the slider, and the value at a place; -3.4999999999999996 is meant as -3.5.
  const round = (at) => Number((spec.low + spec.step * Math.round((at - spec.low) / spec.step)).toPrecision(10));
  let scale = [(value) => value, round];
  if (spec.log) scale = [Math.log10, (at) => Number((10 ** at).toPrecision(2))];
  if (spec.stops) scale = [(value) => spec.stops.indexOf(value), (at) => spec.stops[Math.round(at)]];
  const [placeOf, valueAt] = scale;
  let held = spec.value;
  const range = make("input", { type: "range", step: "any", "aria-label": spec.label });
  // A box of type "number" drops what it does not know: 1,5 becomes 15, and −2 becomes 2.
  const box = make("input", { class: "number", role: "spinbutton", inputmode: spec.low < 0 ? "text" : "decimal", autocomplete: "off", "aria-label": `${spec.label}, as a number` });
  const shown = make("output", {}); // in place of the box where only some values can be chosen
  // 1,5 is 1.5; but is 1,500 a thousand? An empty box is no 0.
  const read = (text) => /[1-9]\d*,\d{3}$/.test(text) || !text.trim() ? NaN : Number(text.replace(",", ".").replace("−", "-"));
  const ends = () => (spec.stops ? [spec.stops[0], spec.stops.at(-1)] : [spec.low, spec.high]).map(placeOf);
  const within = (value) => spec.stops ? value : Math.min(Math.max(value, spec.low), spec.high);
  function set(value, state) {
    if (state && spec.name in state.reach) [spec.high, spec.step] = state.reach[spec.name];
    [range.min, range.max] = ends();
    for (const [name, number] of [["min", spec.low], ["max", spec.high], ["now", value]]) box.setAttribute(`aria-value${name}`, number);
    range.value = placeOf(value);
    range.setAttribute("aria-valuetext", value);
    shown.value = value;
    if (document.activeElement !== box || value !== held) box.value = value; // else it may be half typed
    held = value;
  }
  function move(value) {
    if (value === held) return set(held);
    set(value);
    change(value);
  }
  range.addEventListener("input", () => move(within(valueAt(Number(range.value)))));
  box.addEventListener("change", () => {
    const value = read(box.value);
    const ok = value >= spec.low && value <= spec.high && !(spec.whole && value % 1);
    const takes = `${spec.label} takes ${spec.whole ? "whole numbers " : ""}from ${spec.low} to ${spec.high}`;
    refuse(ok ? "" : `${takes}; “${box.value}” cannot be taken. It stays at ${held}.`);
    if (ok) move(value);
    box.value = held;
  });
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
  function onKey(event) {
    const onRange = event.target === range;
    const end = { Home: 0, End: 1 }[event.key];
    if (onRange && end !== undefined) move(within(valueAt(ends()[end])));
    else if (steps[event.key] && (onRange || !/Left|Right/.test(event.key))) {
      const [low, high] = ends();
      const at = placeOf(held) + steps[event.key] * (spec.stops ? 1 : spec.step);
      move(within(valueAt(Math.min(Math.max(at, low), high))));
    } else return;
    event.preventDefault();
  }
  for (const input of [range, box]) input.addEventListener("keydown", onKey);
  const label = make("span", { class: "label", title: spec.hint }, spec.label);
  const inputs = spec.kind === "number" ? [box] : [range, spec.stops ? shown : box];
  const row = make("div", { class: `control ${spec.kind}` }, label, ...inputs);
  return { ...basics(spec, inputs, row), set, move, get value() { return held; } };
}

function choice(spec, change) {
  const id = `nnlib-${Math.random()}`; // each widget has a module of its own, all share the page
  const inputs = spec.choices.map(() => make("input", { type: "radio", name: id }));
  inputs.forEach((input, k) => {
    input.addEventListener("change", () => change(spec.choices[k][1]));
    input.addEventListener("keydown", (event) => {
      const end = { Home: inputs[0], End: inputs.at(-1) }[event.key];
      if (!end) return;
      end.focus();
      end.click();
      event.preventDefault();
    });
  });
  const pills = inputs.map((input, k) => make("label", { class: "pill" }, input, make("span", {}, spec.choices[k][0])));
  const label = make("span", { class: "label", title: spec.hint }, spec.label);
  const row = make("div", { class: "control choice", role: "radiogroup", "aria-label": spec.label }, label, make("div", { class: "pills" }, ...pills));
  const set = (value) => inputs.forEach((input, k) => { input.checked = spec.choices[k][1] === value; });
  return { ...basics(spec, inputs, row), set };
}

function tick(spec, change) {
  const input = make("input", { type: "checkbox" });
  input.addEventListener("change", () => change(input.checked));
  const label = make("label", { class: "control tick", title: spec.hint }, input, spec.label);
  return { ...basics(spec, [input], label), set: (value) => { input.checked = value; }, get value() { return input.checked; } };
}

function press(spec, change) {
  const element = button(spec.label, spec.hint, () => change(true));
  return { ...basics(spec, [element], element), set() {}, isButton: true };
}

function player(spec, change, refuse, parts) {
  // Plays through the stops of a slider, as if a hand moved it.
  let clock = null, stops = [0], byItself = false;
  const target = () => parts[spec.target];
  const next = () => stops.find((stop) => stop > target().value);
  function show(stop) {
    byItself = true;
    if (stop !== undefined) target().move(stop);
    byItself = false;
  }
  function end() {
    clearInterval(clock);
    clock = null;
    play.textContent = "Play";
  }
  const play = button("Play", "Play from here; press again to pause", () => {
    if (clock) return end();
    if (next() === undefined) show(stops[0]);
    clock = setInterval(() => (next() !== undefined && play.isConnected ? show(next()) : end()), PERIOD);
    play.textContent = "Pause";
  });
  const step = button("Step", "Go on to the next stored picture", () => { end(); show(next()); });
  const reset = button("Reset", "Back to the beginning", () => { end(); show(stops[0]); });
  const row = make("div", { class: "control player" }, play, step, reset);
  const set = (value) => { stops = value; };
  const pause = () => { if (!byItself) end(); };
  return { ...basics(spec, [play, step, reset], row), set, end, pause };
}

// ----------------------------------------------------------------------------------- helpers

function basics(spec, inputs, element) {
  return { name: spec.name, element, enable: (yes) => inputs.forEach((input) => { input.disabled = !yes; }) };
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(name, value);
  // JupyterLab looks for this on the control itself; without it, "b" on a button adds a cell.
  if (/^(input|button|summary|textarea)$/.test(tag) || "tabindex" in attributes) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

function button(words, hint, onPress) {
  const node = make("button", { type: "button", title: hint }, words);
  node.addEventListener("click", onPress);
  return node;
}

function group(controls, name) {
  const inside = make("div", { class: "group" });
  controls.append(name ? make("details", {}, make("summary", {}, name), inside) : inside);
  return inside;
}

function rove(nodes, current) {
  // One tab stop for all of them; arrows, Home and End move inside.
  const stop = (at) => nodes.forEach((node, k) => { node.tabIndex = k === at ? 0 : -1; });
  const ways = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  stop(current);
  nodes.forEach((node, k) => node.addEventListener("keydown", (event) => {
    if (!(event.key in ways)) return;
    const to = Math.min(Math.max(k + ways[event.key], 0), nodes.length - 1);
    stop(to);
    nodes[to].focus();
    event.preventDefault();
  }));
}

function heightAround(node) {
  // The smallest of the windows that a reader sees the node through.
  let room = window.innerHeight;
  for (let around = node.parentElement; around; around = around.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(around).overflowY) && around.scrollHeight > around.clientHeight + 1;
    if (scrolls && around.clientHeight > 150) room = Math.min(room, around.clientHeight);
  }
  return room;
}

function isLight(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.6 * green + 0.1 * blue > 140;
}

function watchKernel(model, live) {
  // Where the page knows its kernel: say when it is gone.
  const kernel = model.widget_manager?.kernel;
  if (!kernel?.statusChanged) return () => {};
  let gone = false;
  const die = () => { gone = true; live(DEAD); };
  const onStatus = (_, status) => { if (/restarting|dead|terminating/.test(status) && !gone) die(); };
  const onConnection = (_, status) => { if (!gone) live(status === "connected" ? "" : LOST); };
  const news = [[kernel.statusChanged, onStatus], [kernel.connectionStatusChanged, onConnection], [kernel.disposed, die]];
  for (const [signal, slot] of news) signal.connect(slot);
  return () => { for (const [signal, slot] of news) signal.disconnect(slot); };
}
