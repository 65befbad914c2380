// Keys, buttons and pointers: what each does to the state.

const KEYS = [
  ["Space", "play or pause; at the end, from the start"],
  ["← →", "one update back or forward, with Shift ten"],
  ["Home End", "to the start, to the end"],
  ["+ −", "faster, slower"],
  ["C Shift C", "clock: updates, epochs, serial, parallel; back"],
  ["R", "restart: the same race again, bit for bit"],
  ["N Shift N", "new seed: other batches; the seed before"],
  ["J", "odds"],
  ["↑ ↓", "choose the lane"],
  ["Enter", "watch without a guess"],
  ["0", "captions and questions on or off"],
  ["O", "batch strip"],
  ["B Shift B", "the batch's own loss; as the ground"],
  ["Shift A", "all marbles on one map"],
  ["Shift M", "land aslant"],
  ["Alt ← → ↑ ↓", "turn the land; ↑ ↓ tilt it"],
  ["Shift G", "less motion"],
  ["T", "light or dark"],
  ["L", "language"],
  ["H ?", "keys"],
  ["Esc", "put away"],
];

// Keys that have nothing to do in this page are not told.
const tellsKey = (key) => ({ J: race.odds !== null, "N Shift N": runs.length > 1, "C Shift C": clockNames.length > 1 })[key] ?? true;

const faster = (by) => { state.speed = limited(state.speed + by, 0, SPEEDS.length - 1); };
const nextLane = (by) => { state.lane = (state.lane + by + race.lanes.length) % race.lanes.length; };
const toggleTheme = () => Object.assign(state, { theme: state.theme === "dark" ? "light" : "dark", chosenTheme: true });
const toggleTogether = () => Object.assign(state, { together: !state.together, chosenTogether: true });
const toggle = (name) => { state[name] = !state[name]; };

// The ground moves on land: so there is land, then.
function toggleMoving() {
  state.moving = !(state.moving && state.land);
  if (state.moving) state.land = true;
}

function nextLanguage() {
  const codes = Object.keys(race.words);
  state.language = codes[(codes.indexOf(state.language) + 1) % codes.length];
}

function toggleDialog(name) {
  const dialog = byId(name);
  if (dialog.open) dialog.close(); else dialog.showModal();
}

const toggleKeys = () => toggleDialog("keys");
const toggleOdds = () => { if (race.odds) toggleDialog("chances"); };
const nextClock = (by) => {
  const count = clockNames.length;
  useClock(clockNames[(clockNames.indexOf(race.clock) + by + count) % count]);
};
const nextSeed = (by) => { if (runs.length > 1) reseed(by); };

const DEEDS = {
  " ": play,
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  "Shift ArrowLeft": () => step(-10),
  "Shift ArrowRight": () => step(10),
  Home: () => { state.playing = false; goTo(0); },
  End: () => { state.playing = false; goTo(race.ticks); },
  "+": () => faster(1),
  "=": () => faster(1),
  "-": () => faster(-1),
  "−": () => faster(-1),
  r: restart,
  c: () => nextClock(1),
  "Shift c": () => nextClock(-1),
  n: () => nextSeed(1),
  "Shift n": () => nextSeed(-1),
  j: toggleOdds,
  ArrowUp: () => nextLane(-1),
  ArrowDown: () => nextLane(1),
  Enter: () => { if (state.asking) play(); },
  0: () => toggle("captions"),
  o: () => toggle("strip"),
  b: () => toggle("surface"),
  "Shift b": toggleMoving,
  "Shift a": toggleTogether,
  "Shift m": () => toggle("land"),
  "Alt ArrowLeft": () => turn(-5, 0),
  "Alt ArrowRight": () => turn(5, 0),
  "Alt ArrowUp": () => turn(0, -5),
  "Alt ArrowDown": () => turn(0, 5),
  "Shift g": () => toggle("still"),
  t: toggleTheme,
  l: nextLanguage,
  h: toggleKeys,
  "?": toggleKeys,
  Escape: () => { copying.refused = false; },
};

// The keys that a sheet, while it is open, leaves to the page: those that put it away.
const SHEETS = { keys: toggleKeys, chances: toggleOdds };

function onKey(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || target.tagName === "SELECT") return;
  if (target.tagName === "BUTTON" && (key === " " || key === "Enter")) return;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const shift = event.shiftKey && (key.length > 1 || /\p{L}/u.test(key)) ? "Shift " : "";
  const deed = DEEDS[`${event.altKey ? "Alt " : ""}${shift}${name}`];
  const sheet = document.querySelector("dialog[open]");
  if (!deed || (sheet && deed !== SHEETS[sheet.id])) return;
  event.preventDefault();
  deed();
  changed();
}

// What was pressed by a pointer does not keep Space, Enter and letters to itself.
function letGo({ target }) {
  const pressed = target.closest("button, select");
  if (pressed && !pressed.matches(":focus-visible")) pressed.blur();
}

// A button that does something to the state, and then everything is shown anew.
function onPress(id, deed) {
  byId(id).addEventListener("click", () => { copying.refused = false; deed(); changed(); });
}

const COPIED = 2000; // Milliseconds for which the button says so.
const copying = { done: false, refused: false };

async function copyAddress() {
  const wanted = address();
  try {
    history.replaceState(null, "", wanted);
  } catch {
    location.hash = wanted; // Some browsers let a file's address be changed only so.
  }
  try {
    await navigator.clipboard.writeText(location.href);
    Object.assign(copying, { done: true, refused: false });
    setTimeout(() => { copying.done = false; changed(); }, COPIED);
  } catch {
    copying.refused = true; // Then it is shown, to be copied by hand.
  }
  setText(byId("address"), location.href);
  announce(say(copying.refused
    ? "The address in the browser's bar leads to this moment." : "The address of this moment is on the clipboard."));
  changed();
}

const WHEEL = 0.0016; // How fast a turn of the wheel zooms.

// Whether the wheel is needed to get to what cannot be seen; then it zooms only with Ctrl, as two fingers on a pad do.
const scrolls = () => WITHIN || document.documentElement.scrollHeight > innerHeight + 1;

// Land is turned and tilted by dragging, with a mouse or a finger; a map that is zoomed is moved. Two fingers and the wheel
// zoom, and twice on it shows all of it.
function onDrag(canvas) {
  const held = new Map(); // Pointers that are down, and where they are.
  const place = (event) => [event.clientX, event.clientY];
  const spread = () => {
    const [[x0, y0], [x1, y1]] = held.values();
    return { apart: Math.hypot(x1 - x0, y1 - y0), middle: [(x0 + x1) / 2, (y0 + y1) / 2] };
  };
  const zoomAt = ([x, y], factor) => {
    const area = canvas.getBoundingClientRect();
    zoomAbout((x - area.left) / area.width, (y - area.top) / area.height, factor);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!state.land && state.zoom === 1 && event.pointerType === "mouse") return;
    held.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const from = held.get(event.pointerId);
    if (!from) return;
    const before = held.size === 2 ? spread() : null;
    held.set(event.pointerId, place(event));
    const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
    const area = canvas.getBoundingClientRect();
    if (before) {
      const now = spread();
      if (before.apart > 0) zoomAt(before.middle, now.apart / before.apart);
      pan((now.middle[0] - before.middle[0]) / area.width, (now.middle[1] - before.middle[1]) / area.height);
    } else if (state.land) turn(-dx * 0.4, -dy * 0.3);
    else pan(dx / area.width, dy / area.height);
    changed();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => { held.delete(event.pointerId); });
  canvas.addEventListener("wheel", (event) => {
    if (scrolls() && !event.ctrlKey) return;
    event.preventDefault();
    zoomAt(place(event), Math.exp(-limited(event.deltaY, -300, 300) * WHEEL * (event.ctrlKey ? 4 : 1)));
    changed();
  }, { passive: false });
  canvas.addEventListener("dblclick", () => { Object.assign(state, { zoom: 1, panX: 0, panY: 0 }); changed(); });
}

function listen() {
  addEventListener("keydown", onKey);
  onPress("play", play);
  onPress("first", DEEDS.Home);
  onPress("last", DEEDS.End);
  onPress("back", () => step(-1));
  onPress("forward", () => step(1));
  onPress("faster", () => faster(1));
  onPress("slower", () => faster(-1));
  onPress("together", toggleTogether);
  onPress("land", () => toggle("land"));
  onPress("moving", toggleMoving);
  onPress("theme", toggleTheme);
  onPress("help", toggleKeys);
  onPress("away", toggleKeys);
  onPress("odds", toggleOdds);
  onPress("enough", toggleOdds);
  onPress("die", () => nextSeed(1));
  byId("copy").addEventListener("click", copyAddress);
  document.addEventListener("click", (event) => { if (event.target.tagName !== "SELECT") letGo(event); }, true);
  document.addEventListener("change", letGo, true);
  for (const name of Object.keys(SHEETS)) byId(name).addEventListener("close", changed);
  byId("language").addEventListener("change", (event) => { state.language = event.target.value; changed(); });
  byId("clock").addEventListener("change", (event) => { useClock(event.target.value); changed(); });
  byId("time").addEventListener("input", (event) => {
    state.playing = false;
    goTo(Number(event.target.value));
    changed();
  });
  cards.forEach((card, lane) => {
    card.name.addEventListener("click", () => { guess(lane); changed(); });
    onDrag(card.canvas);
  });
  onDrag(wholeCanvas);
  const chart = byId("chart");
  chart.addEventListener("pointermove", (event) => showTip(event.offsetX));
  chart.addEventListener("pointerleave", () => { byId("tip").hidden = true; });
  chart.addEventListener("click", (event) => {
    state.playing = false;
    goTo(chartPlace(chart.clientWidth, chart.clientHeight).tick(event.offsetX));
    changed();
  });
  const resize = () => {
    if (!state.chosenTogether) state.together = usuallyTogether();
    changed();
  };
  addEventListener("resize", resize);
  new ResizeObserver(resize).observe(document.body); // A frame may get its width after the window has told its own.
  addEventListener("hashchange", () => { readAddress(); changed(); });
  systemDark.addEventListener("change", (event) => {
    if (!state.chosenTheme) state.theme = event.matches ? "dark" : "light";
    changed();
  });
  systemStill.addEventListener("change", (event) => { state.still = event.matches; changed(); });
  let before = null;
  addEventListener("beforeprint", () => { before = state.theme; state.theme = "light"; layOutForPaper(true); });
  addEventListener("afterprint", () => { state.theme = before ?? state.theme; layOutForPaper(false); });
}
