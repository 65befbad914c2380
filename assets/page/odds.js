// What becomes of every lane over many seeds: shares with their intervals.

function oddsTable() {
  const head = element("tr");
  head.append(element("th"), ...words().lanes.map((name, lane) => element("th", `lane-${lane % 6}`, name)));
  head.querySelectorAll("th").forEach((cell) => { cell.scope = "col"; });
  const rows = race.odds.rows.map(([code, cells]) => {
    const row = element("tr");
    const name = element("th", "", code === "escaped" ? say("escaped") : words().verdicts[code]);
    name.scope = "row";
    row.append(name, ...cells.map(([share, interval]) => {
      const cell = element("td", "", share);
      if (interval) cell.append(element("small", "", interval));
      return cell;
    }));
    return row;
  });
  return [head, ...rows];
}

let oddsIn = ""; // The language that they are written in.

function writeOdds() {
  byId("odds").hidden = race.odds === null;
  if (!race.odds || oddsIn === state.language) return;
  oddsIn = state.language;
  const { seeds, from, updates } = race.odds;
  const sample = [
    words().title,
    seeds === 1 ? say("seed {seed}", { seed: from }) : say("{count} seeds from {seed}", { count: seeds.toLocaleString("en"), seed: from }),
    updates === 1 ? say("after 1 update") : say("after {updates} updates", { updates: updates.toLocaleString("en") }),
  ];
  setText(byId("odds"), say("odds"));
  setText(byId("sample"), sample.join(" · "));
  setText(byId("intervals"), say("Intervals hold the true value with 95 % confidence."));
  setText(byId("enough"), say("put away"));
  byId("shares").replaceChildren(...oddsTable());
}
