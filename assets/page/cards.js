// A figure for each lane: its map, its name, which is a button, its settings, verdict, evidence, losses and batches.

const maps = byId("maps");
const whole = element("figure", "whole");
const wholeCanvas = element("canvas");
const cards = [];

function makeCards() {
  wholeCanvas.setAttribute("role", "img");
  whole.append(wholeCanvas);
  maps.append(whole);
  maps.style.setProperty("--count", String(race.lanes.length));
  race.lanes.forEach((_, lane) => {
    const parts = {
      figure: element("figure", `card lane-${lane % 6}`),
      canvas: element("canvas", "map"),
      badge: element("canvas", "badge"),
      name: element("button", "name"),
      mark: element("span", "mark"),
      settings: element("p", "settings"),
      verdict: element("p", "verdict"),
      move: element("span", "move"),
      evidence: element("p", "evidence"),
      numbers: element("p", "numbers"),
      strip: element("canvas", "strip"),
    };
    parts.name.type = "button";
    parts.canvas.setAttribute("role", "img");
    parts.badge.setAttribute("aria-hidden", "true");
    parts.strip.setAttribute("role", "img");
    const caption = element("figcaption");
    const head = element("div", "head");
    head.append(parts.badge, parts.name, parts.mark, parts.move);
    caption.append(head, parts.settings, parts.verdict, parts.evidence, parts.numbers, parts.strip);
    parts.figure.append(parts.canvas, caption);
    maps.append(parts.figure);
    cards.push(parts);
  });
}

function verdictAt(lane, made) {
  return entryAt(race.lanes[lane].verdicts, made) ?? [0, "under_way"];
}

function evidenceAt(lane, made) {
  const { evidence, parts } = race.lanes[lane];
  return evidence[Math.min(made, evidence.length - 1)].map((index) => {
    const part = parts[index];
    return (typeof part === "string" ? part : say(part[0], part[1])).replace(/(?<![\p{L}\d_-])-(?=\d)|(?<=\de)-(?=\d)/gu, "−");
  });
}

// From which minimum to which an escape led, which those that were not known lack.
function wayOf(event) {
  const [source, target] = [event.source, event.target].map((index) => (index === null ? null : index + 1));
  if (target === null) return say("from minimum {source}", { source });
  if (source === null) return say("to minimum {target}", { target });
  return say("minimum {source} → {target}", { source, target });
}

// The last move from place to place of which it is certain by then that it was one: at length, and in fewer words.
function movesAt(lane, made) {
  const known = race.lanes[lane].events.filter(({ kind, seen }) => seen <= made && ["escaped", "left_saddle"].includes(kind));
  if (!known.length) return [];
  const event = known.at(-1);
  const { kind, update } = event;
  const brief = say("escaped at {update}", { update });
  if (kind === "left_saddle") return [say("left the saddle at {update}", { update }), brief];
  return [say("escaped at {update}: {way}", { update, way: wayOf(event) }), brief];
}

// Beside the lane's name, in as many words as there is room for.
function writeMove(lane) {
  const { move, name, mark } = cards[lane];
  const wordings = movesAt(lane, momentOf(lane, state.time, false).made);
  const key = [name.textContent, mark.textContent, ...wordings, move.parentElement.clientWidth].join();
  if (move.key === key) return;
  move.key = key;
  move.title = wordings[0] ?? "";
  for (const wording of [...wordings, ""]) {
    setText(move, wording);
    if (move.scrollWidth <= move.clientWidth) return;
  }
}

function guessMark(lane) {
  if (state.guess !== lane) return "";
  const answer = answerNow();
  if (answer === null) return say("your guess");
  return answer.includes(lane) ? say("your guess: right") : say("your guess: not this one");
}

function writeCards() {
  race.lanes.forEach((lane, index) => {
    const parts = cards[index];
    const { made, update } = momentOf(index, state.time, false);
    const [since, code] = verdictAt(index, made);
    const name = words().lanes[index];
    setText(parts.name, name);
    parts.name.setAttribute("aria-pressed", String(state.lane === index));
    parts.name.title = state.asking ? say("guess {name}", { name }) : "";
    parts.figure.classList.toggle("chosen", state.lane === index);
    setText(parts.mark, guessMark(index));
    setText(parts.settings, words().settings[index]);
    setText(parts.verdict, words().verdicts[code]);
    parts.verdict.title = say("since update {update}", { update: since });
    setText(parts.evidence, evidenceAt(index, made).join(" · "));
    const rate = lane.rates?.length ? `   η ${figure(lane.rates[Math.min(update, lane.rates.length - 1)])}` : "";
    setText(parts.numbers, `L ${figure(lane.loss[update])}   ${say("test")} ${figure(lane.test[update])}${rate}`);
    parts.canvas.setAttribute("aria-label", say("a map of the loss with the marble of {name}", { name }));
  });
}

const STRIP = 9; // Pixels of a cell, at most.

// One cell an example: filled in the coming batch, half filled once it has had its turn in this epoch.
function drawStrip(lane, width) {
  const { strip } = cards[lane];
  const { batches, per_epoch: perEpoch } = race.lanes[lane];
  strip.hidden = !batches || race.examples > width;
  if (strip.hidden) return;
  const theme = colors();
  const context = sized(strip, width, STRIP, Math.min(devicePixelRatio || 1, 2));
  const { update } = momentOf(lane, state.time, false);
  const cell = Math.min(width / race.examples, 1.4 * STRIP);
  const [had, now] = [new Set(), new Set()];
  const add = (found, each) => {
    for (let place = batches.starts[each]; place < batches.starts[each + 1]; place += 1) found.add(batches.of[place]);
  };
  for (let each = update - (update % perEpoch); each < update; each += 1) add(had, each);
  add(now, update);
  context.clearRect(0, 0, width, STRIP);
  for (let example = 0; example < race.examples; example += 1) {
    context.globalAlpha = now.has(example) ? 1 : had.has(example) ? 0.4 : 1;
    const color = theme.lanes[lane % theme.lanes.length];
    context.fillStyle = now.has(example) || had.has(example) ? color : theme.grid;
    context.fillRect(example * cell, 0, Math.max(cell - 1, 0.6), STRIP);
  }
  context.globalAlpha = 1;
  strip.setAttribute("aria-label", `${say("batch strip")}: ${[...now].map((each) => each + 1).join(", ")}`);
}
