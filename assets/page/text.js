// What is said. Every word becomes text of the document, and never markup.

const byId = (id) => document.getElementById(id);

function filled(sentence, blanks) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in blanks ? String(blanks[name]) : whole));
}

function words() {
  return race.words[state.language];
}

// An English sentence in the language of the page, its {blanks} filled in.
function say(sentence, blanks = {}) {
  return filled(words().said[sentence] ?? sentence, blanks);
}

// With minus signs, and powers of two digits: −3.1e−07, 1.2e+05.
function signed(text) {
  return text.replace(/e([+-])(\d)$/, (_, sign, power) => `e${sign}0${power}`).replace(/-/g, "−");
}

// About four digits: 0.3660, −12.35, 3.1e−07.
function figure(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const size = Math.abs(value);
  const digits = Math.max(0, 5 - String(Math.trunc(size)).length);
  const text = size && (size < 1e-3 || Number(size.toFixed(digits)) >= 1e5)
    ? value.toExponential(1)
    : value.toFixed(digits);
  return signed(text);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
