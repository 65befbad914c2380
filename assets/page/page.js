// The page as a whole: where things stand, what is shown, and time that goes on.

const CHART = 170; // Pixels of height.
let grown = 1; // How much larger than usual type is, and with it marbles and what is written on maps.
let shown = []; // Where the marbles are, as last drawn.
let wanted = false; // Whether a picture is on its way.
let before = null; // When the last one was drawn, in milliseconds.
let announced = "";

function place(tick) {
  const known = { update: Math.floor(tick), horizon: race.ticks, clock: words().clocks[race.clock] };
  if (race.clock === "updates") return say("update {update} of {horizon}", known);
  return say("fastest lane's update {update} of {horizon} by {clock}", known);
}

function announce(text) {
  setText(byId("said"), text);
}

// The verdicts of all lanes, told to who cannot see them, when one has changed.
function announceVerdicts() {
  const told = race.lanes.map((_, lane) => {
    const [, code] = verdictAt(lane, momentOf(lane, state.time, false).made);
    return `${words().lanes[lane]}: ${words().verdicts[code]}`;
  });
  const every = told.join("; ");
  if (every !== announced && !state.asking) announce(every);
  announced = every;
}

function joined(names) {
  const last = names.at(-1);
  return names.length > 1 ? say("{names} and {last}", { names: names.slice(0, -1).join(say(", ")), last }) : last;
}

function outcome() {
  const answer = answerNow();
  if (state.guess === null) return "";
  const blanks = { guess: words().lanes[state.guess] };
  if (answer === null) {
    return state.time < race.ticks ? "" : say("You guessed {guess}; at the end of the race the question is still open.", blanks);
  }
  const { revealed } = race.question;
  if (state.time - revealed >= HOLD && revealed < race.ticks) return "";
  if (!answer.length) return say("You guessed {guess}; it was none of them.", blanks);
  blanks.answer = joined(answer.map((lane) => words().lanes[lane]));
  return say(answer.includes(state.guess)
    ? "You guessed {guess}, and you are right: it was {answer}."
    : "You guessed {guess}; it was {answer}.", blanks);
}

function writeCaption() {
  const caption = byId("caption");
  const index = entryAt(race.captions, Math.floor(state.time))?.[1] ?? null;
  let text = words().look;
  let loud = false;
  if (state.asking) {
    const second = say("Press a marble's name to guess, or play to watch.");
    text = say("{first} {second}", { first: words().question, second });
    loud = true;
  } else if (state.captions && (index !== null || outcome())) {
    const found = index === null ? "" : words().captions[index];
    text = found && outcome() ? say("{first} {second}", { first: outcome(), second: found }) : found || outcome();
    loud = true;
  }
  setText(caption, text);
  caption.classList.toggle("loud", loud);
}

// What the file is called: as it stands in the address, where that is no UTF-8.
function fileName() {
  const name = location.pathname.split("/").at(-1) || "race.html";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function writeLooks() {
  const root = document.documentElement;
  const theme = colors();
  root.lang = state.language;
  document.body.classList.toggle("asking", state.asking);
  document.body.classList.toggle("land", state.land);
  document.body.classList.toggle("zoomed", state.zoom > 1);
  for (const [name, color] of Object.entries(theme)) {
    if (typeof color === "string") root.style.setProperty(`--${name}`, color);
  }
  theme.lanes.forEach((color, lane) => {
    root.style.setProperty(`--lane-${lane}`, color);
    root.style.setProperty(`--ink-${lane}`, ink(color, theme));
  });
  root.style.colorScheme = state.theme;
  setText(byId("title"), words().title);
  document.title = `${words().title} – Three Marbles`;
  setText(byId("seed"), say("seed {seed}", { seed: race.seed }));
  byId("die").hidden = runs.length < 2;
  byId("die").title = say("new seed: other batches; the seed before");
  byId("die").setAttribute("aria-label", say("new seed: other batches; the seed before"));
  setText(byId("together"), say("all marbles on one map"));
  byId("together").setAttribute("aria-pressed", String(state.together));
  setText(byId("land"), say("land aslant"));
  byId("land").setAttribute("aria-pressed", String(state.land));
  setText(byId("moving"), say("moving ground"));
  byId("moving").setAttribute("aria-pressed", String(state.moving && state.land));
  byId("moving").hidden = !race.parts;
  setText(byId("theme"), say("light or dark"));
  setText(byId("copy"), say(copying.done ? "copied" : "copy"));
  byId("address").hidden = !copying.refused;
  byId("copy").title = say("copy the address of this moment");
  byId("language").value = state.language;
  byId("language").setAttribute("aria-label", say("language"));
  writeOdds();
  writeClock();
  byId("help").title = say("keys");
  byId("help").setAttribute("aria-expanded", String(byId("keys").open));
  byId("keys").setAttribute("aria-label", say("keys"));
  byId("help").setAttribute("aria-label", say("keys"));
  byId("copy").hidden = WITHIN;
  const file = fileName();
  const sentence = race.opens && !WITHIN ? CANNOT : CANNOT_HERE;
  setText(byId("cannot"), say(sentence, { command: `three-marbles ${/^[\w.-]+$/.test(file) ? file : `"${file}"`}` }));
  setText(byId("away"), say("put away"));
  if (keysIn !== state.language) {
    byId("list").replaceChildren(...KEYS.filter(([key]) => tellsKey(key)).flatMap(([key, says]) => [element("dt", "", key), element("dd", "", say(says))]));
  }
  keysIn = state.language;
}

// The clocks, where there is more than one.
function writeClock() {
  const clock = byId("clock");
  clock.hidden = clockNames.length < 2;
  clockNames.forEach((name, index) => {
    if (!clock.options[index]) clock.append(element("option"));
    clock.options[index].value = name;
    setText(clock.options[index], words().menu[name]);
  });
  clock.value = race.clock;
  clock.title = say("clock: updates, epochs, serial, parallel; back");
  clock.setAttribute("aria-label", say("clock"));
}

let keysIn = ""; // The language that the keys are told in.

const CANNOT = "This page plays a race that was computed. To change η, a rule or a batch size, "
  + "open this very file in the program: {command}";
const CANNOT_HERE = "This page plays a race that was computed. To change η, a rule or a batch size, "
  + "run it again where it was made.";
const WITHIN = location.protocol === "about:"; // Whether it stands within another page, and has no address of its own.

function writeTransport() {
  const says = { first: "to the start", last: "to the end", back: "one update back", forward: "one update forward" };
  for (const [id, words_] of Object.entries(says)) {
    byId(id).title = say(words_);
    byId(id).setAttribute("aria-label", say(words_));
  }
  setText(byId("play"), say(state.playing ? "pause" : "play"));
  setText(byId("speed"), say("{speed} a second", { speed: SPEEDS[state.speed] }));
  byId("slower").setAttribute("aria-label", `${say("speed")} −`);
  byId("faster").setAttribute("aria-label", `${say("speed")} +`);
  byId("transport").setAttribute("aria-label", say("time"));
  setText(byId("place"), place(state.time));
  const time = byId("time");
  Object.assign(time, { max: race.ticks, value: Math.floor(state.time) });
  time.setAttribute("aria-label", say("time"));
  time.setAttribute("aria-valuetext", place(state.time));
}

const LEAST_MAP = 220; // Pixels of width; no more maps stand side by side than have so many.
const FITTED_MAP = 248; // The side of a square: where maps that fit into the window would cover less, the page is longer than it.
const LEAST_SEEN = 180; // The side of a square: maps of a longer page leave its chart in sight, unless they would cover less.
const GAP = 14;
const TRIALS = 3;
const MOST_SPARE = 150; // Pixels below the maps that the chart takes up, where they leave some,
const SPARE_SHARE = 0.3; // or in tall windows this much of their height.
const TYPE = 15; // Pixels of type of its usual size.
const PAPER = 680; // Pixels of width of a printed page: what an upright A4 or letter has between its margins, or less.
const LEAST_PRINTED = 200; // Pixels of a printed map's width.
const arranged = { key: "", plan: null };
let printing = false;

// Lay all out for paper, light and as high as it likes; or for the window again.
function layOutForPaper(now) {
  printing = now;
  document.body.style.width = now ? `${PAPER}px` : "";
  document.documentElement.style.fontSize = now ? `${TYPE}px` : "";
  show();
}

// How large maps are: as large as they can be, side by side, above each other, or one for all.
function arrange(prepare) {
  const key = [document.body.clientWidth, innerWidth, innerHeight, state.together, state.language, state.strip, copying.refused, printing, pinned.layout].join(" ");
  if (key !== arranged.key) {
    prepare();
    Object.assign(arranged, { key, plan: planned() });
  }
  return arranged.plan;
}

function planned() {
  const narrow = innerWidth < NARROW && !printing;
  const least = printing ? LEAST_PRINTED : LEAST_MAP;
  const { classList } = document.body;
  classList.toggle("narrow", narrow);
  classList.toggle("one", state.together);
  classList.toggle("long", printing);
  const [x0, x1, y0, y1] = race.ground.window;
  const aspect = (x1 - x0) / (y1 - y0);
  const [width, height] = [maps.clientWidth, maps.clientHeight];
  const plan = (columns, wide) => ({ columns, width: Math.floor(wide), height: Math.floor(Math.floor(wide) / aspect) });
  if (state.together) {
    if (narrow) return plan(1, width);
    const cardsHeight = cards.reduce((sum, card) => sum + card.figure.offsetHeight + GAP, 0);
    const wide = Math.min(width - Math.min(420, 0.36 * width) - GAP, printing ? Infinity : height * aspect);
    classList.toggle("long", printing || wide < 1.5 * LEAST_MAP || cardsHeight > height + GAP);
    return plan(1, Math.max(wide, 1.5 * LEAST_MAP));
  }
  if (narrow) return plan(1, width);
  const count = race.lanes.length;
  const spareBelow = (columns, wide) => {
    const rows = Math.ceil(count / columns);
    const below = Math.max(...cards.map((card) => card.figure.lastChild.offsetHeight)) + 8;
    return Math.max(0, Math.floor(height - rows * (wide / aspect + below) - GAP * rows));
  };
  const room = (columns) => (width - GAP * (columns - 1)) / columns;
  const fitted = Math.max(least, Math.min(FITTED_MAP * Math.sqrt(aspect), Math.floor(room(count)))); // Or as wide as in one row.
  let [columns, best] = [count, printing ? 0 : Math.max(room(count), least)];
  for (let trial = 0; trial < TRIALS && !printing; trial += 1) { // What stands below a map is higher where the map is less wide.
    maps.style.setProperty("--map", `${Math.floor(best)}px`);
    maps.style.setProperty("--columns", String(columns));
    const below = Math.max(...cards.map((card) => card.figure.lastChild.offsetHeight)) + 8;
    const sizes = Array.from({ length: count }, (_, index) => {
      const rows = Math.ceil(count / (index + 1));
      return Math.min(room(index + 1), ((height - GAP * (rows - 1)) / rows - below) * aspect);
    });
    best = Math.max(...sizes);
    if (best < fitted) break;
    columns = sizes.indexOf(best) + 1;
  }
  if (best >= fitted) return { ...plan(columns, best), spare: spareBelow(columns, best) };
  classList.add("long");
  columns = count;
  while (columns > 1 && room(columns) < least) columns -= 1;
  columns = Math.ceil(count / Math.ceil(count / columns)); // Rows as long as each other, or nearly.
  return plan(columns, printing ? room(columns) : widthInSight(columns, room(columns), aspect));
}

// How wide maps in the columns of a longer page may be for its chart to be seen above the timeline at the window's foot,
// rather with its pins. As wide as they like, where they would else be too small.
function widthInSight(columns, room, aspect) {
  maps.style.setProperty("--columns", String(columns));
  maps.style.setProperty("--map", "0px"); // What stands below maps is not higher where they are wider.
  const rows = Math.ceil(race.lanes.length / columns);
  const below = Math.max(...cards.map((card) => card.figure.lastChild.offsetHeight)) + 8;
  const free = innerHeight - document.querySelector("footer").offsetHeight - maps.offsetTop - GAP;
  const wide = (rest) => ((free - rest - GAP * (rows - 1)) / rows - below) * aspect;
  const [course, chart] = [byId("course").offsetHeight, byId("chart").offsetHeight];
  if (room <= wide(course)) return room;
  return [wide(course), wide(chart)].find((each) => each >= LEAST_SEEN * Math.sqrt(aspect) && each < room) ?? room;
}

function resized(canvas, width, height) {
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}

function drawMaps(prepare) {
  const { columns, width, height } = arrange(prepare);
  maps.style.setProperty("--columns", String(columns));
  maps.style.setProperty("--map", `${width}px`);
  wholeCanvas.setAttribute("aria-label", say("a map of the loss with all marbles"));
  shown = [];
  if (state.together) {
    resized(wholeCanvas, width, height);
    const lanes = race.lanes.map((_, lane) => lane);
    lanes.push(...lanes.splice(lanes.indexOf(state.lane), 1)); // The chosen one lies on top.
    shown = drawMap(wholeCanvas, lanes, width, height).map((found) => ({ ...found, canvas: wholeCanvas }));
  } else {
    cards.forEach(({ canvas }, lane) => {
      resized(canvas, width, height);
      shown.push(...drawMap(canvas, [lane], width, height).map((found) => ({ ...found, canvas })));
    });
  }
  cards.forEach(({ badge, strip }, lane) => {
    drawBadge(badge, lane);
    writeMove(lane);
    strip.hidden = !state.strip;
    if (state.strip) drawStrip(lane, Math.max(60, Math.min(strip.parentElement.clientWidth, 420)));
  });
}

function show() {
  grown = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / TYPE);
  writeLooks();
  writeCaption();
  writeCards();
  writeTransport();
  const chart = byId("chart");
  chart.setAttribute("aria-label", say("the loss of all marbles, update by update"));
  const width = chart.parentElement.clientWidth;
  const tall = innerHeight < 800 || innerWidth < NARROW ? 110 : Math.min(CHART * grown, Math.round(0.2 * innerHeight));
  drawPins(width);
  drawMaps(() => resized(chart, width, tall));
  const high = tall + Math.min(Math.max(MOST_SPARE, SPARE_SHARE * innerHeight), arranged.plan.spare ?? 0);
  resized(chart, width, high);
  drawChart(chart, width, high);
  announceVerdicts();
}

function changed() {
  if (wanted) return;
  wanted = true;
  requestAnimationFrame(tick);
}

function tick(now) {
  wanted = false;
  const passed = before === null ? 0 : Math.min(now - before, 250);
  before = state.playing ? now : null;
  if (state.playing && passed) {
    goTo(state.time + (passed / 1000) * SPEEDS[state.speed]);
    if (state.time >= race.ticks) state.playing = false;
  }
  show();
  if (state.playing) changed();
}

// What can be read from outside, and nothing that could be changed.
window.threeMarbles = Object.freeze({
  state: () => ({ ...state, speed: SPEEDS[state.speed], seed: race.seed, clock: race.clock, address: address() }),
  marbles: () => shown.map(({ lane, moment, pixel, canvas }) => {
    const area = canvas.getBoundingClientRect();
    return {
      lane, ...moment, left: area.left, top: area.top, width: area.width, height: area.height,
      pixel: { x: area.left + pixel[0], y: area.top + pixel[1] },
    };
  }),
  figure,
  ground: (lane) => Array.from(heightsUnder(lane, momentOf(lane, state.time, !state.still))),
  // The colours of land as a graphics processor draws it, and as the page does it by itself.
  drawings: (lane, width, height) => {
    const heights = heightsUnder(lane, momentOf(lane, state.time, !state.still));
    const camera = landCamera(width, height, state.yaw, state.tilt, heights);
    return [landPicture, rasterPicture].map((draw) => {
      const canvas = document.createElement("canvas");
      const context = sized(canvas, width, height, 1);
      context.drawImage(draw(camera, width, height, 1, heights), 0, 0);
      return Array.from(context.getImageData(0, 0, width, height).data);
    });
  },
  chart: () => ({ ...race.axis, marks: lossTicks() }),
  heightInChart,
  numbers: (lane, column) => Array.from(race.lanes[lane][column]),
});

for (const code of Object.keys(race.words)) {
  const option = element("option", "", race.words[code].name);
  option.value = code;
  byId("language").append(option);
}
makeCards();
readAddress();
listen();
show();
byId("damaged").remove(); // Nothing is: all of this has run.
