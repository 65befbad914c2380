// What is looked at, and how. The address says it: #update=57&speed=5&language=zh&together

const SPEEDS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const USUAL_SPEED = 5;
const HOLD = 100; // Ticks for which it stands what became of a guess.
const [LEAST_TILT, MOST_TILT] = [12, 76];
const MOST_ZOOM = 12;
const NARROW = 640; // Pixels of width under which one map for all is more telling than many small ones.

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const systemStill = matchMedia("(prefers-reduced-motion: reduce)");

function usualLanguage() {
  const codes = Object.keys(race.words);
  for (const wish of navigator.languages ?? []) {
    const found = codes.find((code) => wish.toLowerCase().split("-")[0] === code.split("-")[0]);
    if (found) return found;
  }
  return codes[0];
}

// One map for all where the scene wants it, or where there is no room for more.
function usuallyTogether() {
  return race.view.together || race.lanes.length === 1 || innerWidth < NARROW;
}

// How it looks where the address does not say otherwise.
function usual() {
  return {
    time: 0,
    playing: false,
    asking: race.question !== null,
    speed: USUAL_SPEED,
    language: usualLanguage(),
    theme: systemDark.matches ? "dark" : "light",
    chosenTheme: false,
    still: systemStill.matches,
    together: usuallyTogether(),
    chosenTogether: false,
    land: race.view.kind === "relief",
    moving: race.view.moving, // Whether land is that of the loss that the next update descends.
    surface: false, // Whether the coming batch's own loss has contours.
    yaw: race.view.yaw,
    tilt: race.view.tilt,
    zoom: 1, // How much larger than all of it a map is shown,
    panX: 0, // and how far its middle is from that of the picture, in widths
    panY: 0, // and heights.
    lane: 0,
    strip: true,
    captions: true,
  };
}

const state = { ...usual(), seen: 0, guess: null };

const limited = (value, low, high) => Math.min(Math.max(value, low), high);

function numberIn(found, name, low, high) {
  const text = found.get(name);
  return text !== null && /^-?\d{1,9}(\.\d{1,9})?$/.test(text) ? limited(Number(text), low, high) : null;
}

// Take the address at its word: what it does not say is as usual.
function readAddress() {
  const found = new URLSearchParams(location.hash.slice(1));
  const says = (name, ...known) => (known.includes(found.get(name)) ? found.get(name) : null);
  const run = runs.findIndex(({ seed }) => String(seed) === found.get("seed"));
  useRun(Math.max(run, 0), says("clock", ...clockNames) ?? ownClock.clock);
  Object.assign(state, usual());
  const update = numberIn(found, "update", -1, race.ticks);
  if (update !== null && update >= 0) Object.assign(state, { time: Math.round(update), asking: false });
  if (state.asking) state.guess = null;
  const speed = numberIn(found, "speed", SPEEDS[0], SPEEDS.at(-1));
  if (speed !== null) {
    const gaps = SPEEDS.map((each) => Math.abs(Math.log(each / speed)));
    state.speed = gaps.indexOf(Math.min(...gaps));
  }
  state.language = says("language", ...Object.keys(race.words)) ?? state.language;
  if (says("theme", "light", "dark")) Object.assign(state, { theme: found.get("theme"), chosenTheme: true });
  if (found.has("together") || found.has("apart")) {
    Object.assign(state, { together: !found.has("apart"), chosenTogether: true });
  }
  state.land = !found.has("map") && (found.has("land") || state.land);
  if (says("ground", "moving", "still")) state.moving = found.get("ground") === "moving";
  if (says("motion", "less", "full")) state.still = found.get("motion") === "less";
  state.surface = found.has("surface");
  state.captions = says("captions", "off") === null;
  state.strip = says("strip", "off") === null;
  state.yaw = numberIn(found, "yaw", -180, 180) ?? state.yaw;
  state.tilt = numberIn(found, "tilt", LEAST_TILT, MOST_TILT) ?? state.tilt;
  state.zoom = numberIn(found, "zoom", 1, MOST_ZOOM) ?? state.zoom;
  state.panX = numberIn(found, "across", -MOST_ZOOM, MOST_ZOOM) ?? state.panX;
  state.panY = numberIn(found, "down", -MOST_ZOOM, MOST_ZOOM) ?? state.panY;
  pan(0, 0);
  const lane = numberIn(found, "lane", 1, race.lanes.length);
  if (lane !== null) state.lane = Math.round(lane) - 1;
  state.seen = Math.max(state.seen, state.time);
}

function address() {
  const parts = [
    ...(runs.length > 1 ? [`seed=${race.seed}`] : []),
    ...(race.clock !== ownClock.clock ? [`clock=${race.clock}`] : []),
    ...(state.asking ? [] : [`update=${Math.floor(state.time)}`]), // Without it, the question is asked.
    `speed=${SPEEDS[state.speed]}`,
    `language=${state.language}`,
    `theme=${state.theme}`,
    state.together ? "together" : "apart",
    ...(state.land ? ["land", `yaw=${Math.round(state.yaw)}`, `tilt=${Math.round(state.tilt)}`] : ["map"]),
    ...(state.zoom > 1
      ? [`zoom=${state.zoom.toFixed(2)}`, `across=${state.panX.toFixed(3)}`, `down=${state.panY.toFixed(3)}`] : []),
    ...(race.parts ? [`ground=${state.moving ? "moving" : "still"}`] : []),
    ...(state.surface ? ["surface"] : []),
    `lane=${state.lane + 1}`,
    ...(state.captions ? [] : ["captions=off"]),
    ...(state.strip ? [] : ["strip=off"]),
    ...(state.still === systemStill.matches ? [] : [`motion=${state.still ? "less" : "full"}`]),
  ];
  return `#${parts.join("&")}`;
}

// Show the race of another seed, or by another clock, and forget what was drawn of the one before.
function useRun(index, clock) {
  if (runs[index].seed === race.seed && clock === race.clock) return;
  if (runs[index].seed !== race.seed) state.guess = null;
  setRun(runs[index], clock);
  grounds.clear();
  known.clear();
  Object.assign(sights, { pose: "", hidden: [] });
  state.seen = state.time;
}

const runIndex = () => runs.findIndex(({ seed }) => seed === race.seed);
const useClock = (clock) => useRun(runIndex(), clock);

// The seed after, or before, from the beginning.
function reseed(by) {
  useRun((runIndex() + by + runs.length) % runs.length, race.clock);
  Object.assign(state, { seen: 0 });
  restart();
}

function goTo(time) {
  state.time = limited(time, 0, race.ticks);
  state.seen = Math.max(state.seen, state.time);
  state.asking = state.asking && state.time === 0;
}

function step(ticks) {
  state.playing = false;
  goTo((ticks > 0 ? Math.floor(state.time) : Math.ceil(state.time)) + ticks);
}

function play() {
  if (!state.playing && state.time >= race.ticks) state.time = 0;
  state.playing = !state.playing;
  state.asking = false;
}

function restart() {
  Object.assign(state, { time: 0, playing: true, asking: false });
}

function guess(lane) {
  state.lane = lane;
  if (state.asking) Object.assign(state, { guess: lane, asking: false, playing: true });
}

function turn(yaw, tilt) {
  state.land = true;
  state.yaw = ((state.yaw + yaw + 540) % 360) - 180;
  state.tilt = limited(state.tilt + tilt, LEAST_TILT, MOST_TILT);
}

// Nearer or farther, about a place in the picture, in widths and heights from its upper left.
function zoomAbout(across, down, factor) {
  const zoom = limited(state.zoom * factor, 1, MOST_ZOOM);
  const grown = zoom / state.zoom;
  state.zoom = zoom;
  pan(across - 0.5 - (across - 0.5 - state.panX) * grown - state.panX, down - 0.5 - (down - 0.5 - state.panY) * grown - state.panY);
}

// Move the picture, as far as there is some of it.
function pan(across, down) {
  const most = (state.zoom - 1) / 2;
  state.panX = limited(state.panX + across, -most, most);
  state.panY = limited(state.panY + down, -most, most);
}

// What became of the guess, as far as it is known by now: the lanes of the answer, or null.
function answerNow() {
  const question = race.question;
  if (!question || question.revealed === null || state.time < question.revealed) return null;
  return entryAt(question.answers, Math.floor(state.time))?.[1] ?? [];
}

const colors = () => race.themes[state.theme];
