// Everything on the evaluation page that moves with the cut-off. Python has worked out and formatted
// what stands where at each position; here it is only looked up and written. Streamlit calls the
// function at the bottom for each part of the board, and again at every rerun.

const STEPS = 1000; // as core.evaluation.cut_off
const REST_MS = 250; // without a move, before the server hears of it
const LEAVING_MS = 1500; // the same if the visitor has gone on to something else

const percentage = step => step / (STEPS / 100);

const parts = new Map(); // root element -> {html, holder, slots, fills, late}
const board = {
  root: null, // of the part with the slider; one at a time
  mark: "", // of the positions it shows
  positions: null, // with a mark of their own: those of another run until the next have come
  coming: "", // mark of those that are being unpacked
  step: 0, // where the slider stands
  turn: 0, // how many times the server was told; it says which of them it has heard
  timer: 0,
  words: {}, // by slot
};

function draw(root, html) {
  if (parts.get(root)?.html === html) return false;
  const holder = parts.get(root)?.holder ?? root.appendChild(document.createElement("div"));
  holder.className = "cut-off-part";
  holder.innerHTML = html;
  const all = selector => [...holder.querySelectorAll(selector)];
  const found = { slots: all("[data-slot]"), fills: all("[data-fill]"), late: all("[data-late]") };
  parts.set(root, { html, holder, ...found });
  return true;
}

function write({ holder, slots, fills, late }) {
  const part = board.step / STEPS;
  holder.style.setProperty("--part", part);
  for (const each of late) each.classList.toggle("late", part >= Number(each.dataset.late));
  for (const each of fills) each.style.setProperty("--fill", board.words[each.dataset.fill]);
  for (const each of slots) {
    const text = board.words[each.dataset.slot] ?? "";
    if (each.written !== text) each.innerHTML = each.written = text;
  }
}

function show(step) {
  board.step = step;
  const { positions } = board;
  if (positions?.mark === board.mark) {
    board.words = { cut_off: positions.cut_offs[step] };
    positions.rows[positions.at[step]].forEach((text, k) => {
      board.words[positions.slots[k]] = text;
    });
  }
  parts.forEach(write);
  const slider = within("input");
  if (Number(slider.value) !== percentage(step)) slider.value = percentage(step);
  slider.setAttribute("aria-valuetext", board.words.cut_off);
  within("button").disabled = step === board.proposed;
}

const within = selector => parts.get(board.root).holder.querySelector(selector);

function tell(step) {
  clearTimeout(board.timer);
  board.timer = 0;
  board.turn += 1;
  within("[role=status]").textContent = within(".sentence").textContent;
  board.setStateValue("moved", { step, turn: board.turn });
}

function moved() {
  show(Math.round((STEPS / 100) * within("input").value));
  wait(REST_MS);
}

function wait(time) {
  clearTimeout(board.timer);
  board.timer = setTimeout(() => (isRunning() ? wait(REST_MS) : tell(board.step)), time);
}

// A script that runs may be that of the next page; a move told meanwhile would wipe it.
const isRunning = () =>
  document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "running";

function listen() {
  const slider = within("input");
  slider.addEventListener("input", moved);
  // Whoever goes on to something else may be leaving the page.
  slider.addEventListener("blur", () => board.timer && wait(LEAVING_MS));
  slider.addEventListener("keydown", event => {
    if (event.key !== "PageUp" && event.key !== "PageDown") return;
    event.preventDefault();
    if (event.key === "PageUp") slider.stepUp(10);
    else slider.stepDown(10);
    moved();
  });
  within("button").addEventListener("click", () => {
    show(board.proposed);
    slider.focus();
    tell(null);
  });
}

async function receive({ packed, mark }) {
  if (mark === board.positions?.mark || mark === board.coming) return;
  board.coming = mark;
  const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const positions = await new Response(stream).json();
  if (mark !== board.coming) return; // another run's have come meanwhile
  Object.assign(board, { coming: "", positions: { ...positions, mark } });
  if (board.root) show(board.step);
}

function update(root, data, setStateValue) {
  const isNew = board.root !== root;
  Object.assign(board, { root, setStateValue, proposed: data.proposed });
  if (isNew) {
    clearTimeout(board.timer);
    Object.assign(board, { timer: 0, turn: data.turn });
  }
  if (draw(root, data.html)) listen();
  if (isNew || board.mark !== data.mark) {
    Object.assign(board, { mark: data.mark, words: data.words });
  }
  // What the server says of a position that was left meanwhile is out of date.
  const isHeard = !board.timer && data.turn >= board.turn;
  if (isHeard) board.turn = data.turn;
  show(isHeard ? data.step : board.step);
}

export default function ({ parentElement: root, data, setStateValue }) {
  if ("step" in data) update(root, data, setStateValue);
  else if (draw(root, data.html)) write(parts.get(root));
  if (data.packed) receive(data);
  return () => {
    parts.delete(root);
    if (board.root !== root) return;
    clearTimeout(board.timer);
    Object.assign(board, { root: null, timer: 0, words: {} });
  };
}
