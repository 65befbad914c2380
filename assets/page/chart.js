// The losses of all marbles by time, as far as they have been played, with what happened as pins below.

const PLOT = { left: 54, right: 12, top: 18, bottom: 20 };
const MOST_TYPE = 16; // Pixels of type for which PLOT has room.
const MOST_POWER = 308; // Of ten: there is no larger one among numbers.
const MOST_PINS = 60;
const MOST_PIN_ROWS = 3;
const PIN = { wide: 13, high: 17 }; // Pixels from one to the next.

// A loss as a share of the chart's height, from the bottom.
function heightInChart(loss) {
  const { low, high, logarithmic } = race.axis;
  return ((logarithmic ? Math.log10(loss) : loss) - low) / (high - low);
}

function chartPlace(width, height) {
  const [wide, tall] = [width - PLOT.left - PLOT.right, height - PLOT.top - PLOT.bottom];
  return {
    ticksPerPixel: Math.max(race.ticks, 1) / wide,
    x: (tick) => PLOT.left + (tick / Math.max(race.ticks, 1)) * wide,
    y: (loss) => PLOT.top + (1 - limited(heightInChart(loss), -0.1, 1.1)) * tall,
    tick: (x) => limited(Math.round(((x - PLOT.left) / wide) * race.ticks), 0, race.ticks),
  };
}

function niceSteps(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  const first = Math.ceil(low / step); // Where it is so large that 1 more is the same, there are no more.
  for (let at = 0; at <= most + 1 && (first + at) * step <= high; at += 1) found.push(Number(((first + at) * step).toPrecision(12)));
  return found;
}

function lossTicks() {
  const { low, high, logarithmic } = race.axis;
  if (!logarithmic) return niceSteps(low, high, 4);
  const [first, last] = [Math.ceil(low), Math.min(Math.floor(high), MOST_POWER)];
  const every = Math.max(1, Math.floor((last - first + 4) / 4));
  const found = [];
  for (let power = first; power <= last; power += every) found.push(Number(`1e${power}`));
  return found;
}

const shortNumber = (value) =>
  signed(value && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential() : String(value)).replace("e+", "e");

function drawLosses(context, place, lane, columnName, color, width, dashes, until) {
  const column = race.lanes[lane][columnName];
  const pace = race.paces[lane];
  Object.assign(context, { strokeStyle: color, lineWidth: width, lineJoin: "round" });
  context.setLineDash(dashes);
  context.beginPath();
  const last = Math.min(until, column.length - 1);
  const shown = (loss) => Number.isFinite(loss) && (!race.axis.logarithmic || loss > 0);
  const stride = Math.max(1, Math.floor(pace * place.ticksPerPixel));
  for (let first = 0; first <= last; first += stride) { // Of what falls on one pixel, the lowest and the highest.
    let [low, high] = [-1, -1];
    for (let update = first; update < first + stride && update <= last; update += 1) {
      if (!shown(column[update])) continue;
      if (low < 0 || column[update] < column[low]) low = update;
      if (high < 0 || column[update] > column[high]) high = update;
    }
    for (const update of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      if (update >= 0) context.lineTo(place.x(update / pace), place.y(column[update]));
    }
  }
  context.stroke();
  context.setLineDash([]);
}

function drawChart(canvas, width, height) {
  const theme = colors();
  const context = sized(canvas, width, height, Math.min(devicePixelRatio || 1, 2));
  const place = chartPlace(width, height);
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, width, height);
  context.font = `${Math.min(11 * grown, MOST_TYPE)}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  for (const loss of lossTicks()) {
    const y = place.y(loss);
    context.fillStyle = theme.grid;
    context.fillRect(PLOT.left, Math.round(y), width - PLOT.left - PLOT.right, 1);
    context.fillStyle = theme.muted;
    context.textAlign = "right";
    context.fillText(shortNumber(loss), PLOT.left - 6, y);
  }
  context.textAlign = "center";
  for (const tick of niceSteps(0, Math.max(race.ticks, 1), Math.max(3, Math.floor(width / 160)))) {
    if (Number.isInteger(tick)) context.fillText(String(tick), place.x(tick), height - 8);
  }
  context.textAlign = "left";
  context.fillText(say(race.axis.logarithmic ? "loss, logarithmic" : "loss"), 6, 9);
  context.textAlign = "right";
  context.fillText(`— ${say("training")}   ╌ ${say("test")}`, width - PLOT.right, 9);
  context.save();
  context.beginPath();
  context.rect(PLOT.left, PLOT.top - 2, width - PLOT.left - PLOT.right, height - PLOT.top - PLOT.bottom + 4);
  context.clip();
  race.lanes.forEach((_, lane) => {
    const color = theme.lanes[lane % theme.lanes.length];
    const until = momentOf(lane, state.seen, false).update;
    context.globalAlpha = 0.5;
    drawLosses(context, place, lane, "test", color, grown, [4 * grown, 4 * grown], until);
    context.globalAlpha = 1;
    drawLosses(context, place, lane, "loss", color, grown * (lane === state.lane ? 2.4 : 1.6), [], until);
  });
  race.lanes.forEach((_, lane) => {
    const loss = race.lanes[lane].loss[momentOf(lane, state.time, false).update];
    if (!Number.isFinite(loss)) return;
    context.fillStyle = theme.lanes[lane % theme.lanes.length];
    context.beginPath();
    const [x, y, size] = [place.x(state.time), place.y(loss), 3.4 * grown];
    const edge = limited(y, PLOT.top, height - PLOT.bottom);
    if (y === edge) context.arc(x, y, size, 0, 2 * Math.PI);
    else [[-size, 0], [size, 0], [0, 1.6 * size * Math.sign(y - edge)]].forEach(([right, down]) =>
      context.lineTo(x + right, edge + down - 1.2 * size * Math.sign(y - edge)));
    context.fill();
  });
  context.restore();
  context.fillStyle = theme.text;
  context.fillRect(place.x(state.time) - 0.5, PLOT.top, 1, height - PLOT.top - PLOT.bottom);
}

// What a pointer over the chart is told: the losses of all lanes at that time.
function showTip(x) {
  const [tip, canvas] = [byId("tip"), byId("chart")];
  const tick = chartPlace(canvas.clientWidth, canvas.clientHeight).tick(x);
  const rows = race.lanes.map((lane, index) => {
    const { update } = momentOf(index, tick, false);
    const row = element("div", `row lane-${index % 6}`);
    row.append(element("b", "", words().lanes[index]), element("span", "", `L ${figure(lane.loss[update])}`));
    return row;
  });
  const head = tick > state.seen ? say("not played yet") : place(tick);
  tip.replaceChildren(element("div", "head", head), ...(tick > state.seen ? [] : rows));
  tip.hidden = false;
  const left = x + 14 + tip.offsetWidth > canvas.clientWidth ? x - 14 - tip.offsetWidth : x + 14;
  tip.style.left = `${Math.max(0, left)}px`;
}

function eventText(event) {
  if (event.kind === "left_saddle") return say("left the saddle at update {update}", event);
  if (event.kind !== "escaped") {
    return say("{verdict} from update {update}", { verdict: words().verdicts[event.kind], update: event.update });
  }
  return say("escaped at update {update}: {way}", { update: event.update, way: wayOf(event) });
}

const pinned = { layout: "", places: [] };

// All that happens, by time, and where its pin stands: below one that it would lie on, and beside where all rows are full.
function pinPlaces(width) {
  const every = race.lanes.flatMap((lane, index) => lane.events.map((event) => ({ ...event, lane: index })));
  const places = every.sort((one, other) => one.tick - other.tick).slice(0, MOST_PINS);
  const at = chartPlace(width, 100);
  const rows = Array.from({ length: MOST_PIN_ROWS }, () => []);
  const end = (row) => (row.length ? row.at(-1).x + PIN.wide : 0);
  for (const pin of places) {
    pin.x = at.x(pin.tick);
    const row = rows.find((each) => end(each) <= pin.x) ?? rows.reduce((one, other) => (end(other) < end(one) ? other : one));
    pin.x = Math.max(pin.x, end(row));
    pin.y = rows.indexOf(row) * PIN.high;
    row.push(pin);
  }
  for (const row of rows) { // None leaves the chart at its right.
    let most = width - PIN.wide / 2;
    for (const pin of [...row].reverse()) {
      pin.x = Math.min(pin.x, most);
      most = pin.x - PIN.wide;
    }
  }
  return places;
}

function pinButton({ lane, tick, x, y }) {
  const button = element("button", `pin lane-${lane % 6}`);
  button.type = "button";
  Object.assign(button.style, { left: `${x}px`, top: `${y}px` });
  button.addEventListener("click", () => {
    Object.assign(state, { playing: false, lane });
    goTo(tick);
    changed();
  });
  return button;
}

// Buttons below the chart that lead to what happens; those that have been seen are shown.
function drawPins(width) {
  const layout = `${width} ${race.seed} ${race.clock} ${state.language}`;
  if (layout !== pinned.layout) {
    Object.assign(pinned, { layout, places: pinPlaces(width) });
    byId("pins").replaceChildren(...pinned.places.map(pinButton));
    byId("pins").style.height = `${Math.max(0, ...pinned.places.map(({ y }) => y)) + PIN.high}px`;
    pinned.places.forEach((pin, index) => {
      const told = `${words().lanes[pin.lane]}: ${eventText(pin)}`;
      byId("pins").children[index].title = told;
      byId("pins").children[index].setAttribute("aria-label", told);
    });
  }
  const made = race.lanes.map((_, lane) => momentOf(lane, state.seen, false).made);
  pinned.places.forEach(({ lane, seen }, index) => { byId("pins").children[index].hidden = seen > made[lane]; });
}
