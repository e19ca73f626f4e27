// 点名 and 走访 on a phone: exceptions in taps; without a network a sheet is kept on the phone, sealed, and sent when there is one.
// What is kept opens by the key that the server gives to a session, or, off line, by the account's password (hazard H07).
// Nothing here decides what holds: the server does, and conflicts are shown, never overwritten.
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
};
const CAME = new Set(['present', 'late', 'left_early', 'elsewhere']);
const PATIENCE = 10000;
const ROUNDS = 600000;
const WEEK = 7 * 86400000;

// ---- what is kept -------------------------------------------------------------------------------------------------

const opened = new Promise((resolve) => {
  const asked = indexedDB.open('register', 1);
  asked.onupgradeneeded = () => {
    for (const name of ['safe', 'book', 'queue']) asked.result.createObjectStore(name, { keyPath: 'id' });
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => resolve(null);
});
async function store(name, mode, act) {
  const base = await opened;
  if (!base) throw new Error('no storage');
  return new Promise((resolve, reject) => {
    const change = base.transaction(name, mode);
    const asked = act(change.objectStore(name));
    change.oncomplete = () => resolve(asked.result);
    change.onerror = change.onabort = () => reject(change.error);
  });
}
const get = (name, id) => store(name, 'readonly', (all) => all.get(id));
const all = (name) => store(name, 'readonly', (kept) => kept.getAll());
const put = (name, value) => store(name, 'readwrite', (kept) => kept.put(value));
const drop = (name, id) => store(name, 'readwrite', (kept) => kept.delete(id));

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const imported = (raw) => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(JSON.stringify(value)));
  return { iv, data };
}
async function open(key, { iv, data }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, data)));
}
async function fromPassword(password, salt) {
  const base = await crypto.subtle.importKey('raw', new TextEncoder().encode(password), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, base,
    { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

// The key while this page is open; whose it is.
let key = null;
let account = '';

// ---- the server ---------------------------------------------------------------------------------------------------

class Offline extends Error {}
class Refused extends Error {
  constructor(status, problem) {
    super([problem.detail, problem.todo].filter(Boolean).join(' '));
    this.status = status;
  }
}
async function ask(address, method = 'GET', body) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), PATIENCE);
  let answer;
  try {
    answer = await fetch(address, {
      method, signal: stop.signal, redirect: 'error',
      headers: { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
  } catch (lost) {
    throw new Offline();
  } finally {
    clearTimeout(clock);
  }
  if (answer.status >= 500) throw new Offline();
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

// ---- this phone ---------------------------------------------------------------------------------------------------

async function mine(unsealed) {
  key = await imported(bytes(unsealed.key));
  account = unsealed.account;
}

/** Has the worker stand by; on phones alone that were opened for it. */
function serve() {
  if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}

/** Keeps everything that calling needs for a week: once with the password, later anew with the session alone. */
async function keep(given, password) {
  await mine(given);
  if (password) {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const wrapped = await seal(await fromPassword(password, salt), { key: given.key, account });
    const before = await get('safe', 'safe');
    if (before && before.account !== account) for (const one of await all('book')) await drop('book', one.id);
    await put('safe', { id: 'safe', account, salt, ...wrapped });
    serve();
  }
  await put('book', { id: account, at: Date.now(), ...(await seal(key, given.book)) });
}

/** The key by the session, where this phone is one's own; what was kept is renewed once a day. */
async function bySession() {
  const safe = await get('safe', 'safe');
  if (!safe) return false;
  const given = await ask('/api/v1/phone');
  if (given.account !== safe.account) return false;
  await mine(given);
  const kept = await get('book', account);
  if (!kept || Date.now() - kept.at > 86400000 / 2) await renew();
  return true;
}

/** What is kept, anew. */
async function renew() {
  const whole = await ask('/api/v1/phone/book');
  await put('book', { id: account, at: Date.now(), ...(await seal(key, whole.book)) });
}

/** What is older than a week cannot be read any more, whoever asks; what was not sent stays, sealed. */
async function expire() {
  for (const one of await all('book')) if (Date.now() - one.at > WEEK) await drop('book', one.id);
}

async function counted() {
  const waiting = (await all('queue')).length;
  try {
    if (waiting) localStorage.setItem('unsent', String(waiting)); else localStorage.removeItem('unsent');
  } catch (forbidden) { /* the strip stays away */ }
  for (const node of document.querySelectorAll('[data-unsent]')) node.hidden = !waiting;
  return waiting;
}

/** Puts a sheet into the queue. It is on the phone when this returns. */
async function queue(sheet) {
  if (!key) throw new Error('locked');
  await put('queue', { id: sheet.id || sheet.body.sheet, account, at: Date.now(), state: 'waits', ...(await seal(key, sheet)) });
  await counted();
}

/** A sheet to its class and day. */
function called({ class: of, body: { day, ...body } }) {
  return ask(`/api/v1/classes/${encodeURIComponent(of)}/register/${encodeURIComponent(day)}`, 'PUT', body);
}

/** Sends what waits, the oldest first. What is refused stays and says why. */
let sending = null;
function flush() {
  sending ??= (async () => {
    let sent = 0;
    const waiting = (await all('queue')).sort((a, b) => a.at - b.at);
    for (const one of waiting) {
      if (one.account !== account || one.at_case) continue;
      const sheet = await open(key, one);
      try {
        const done = await (sheet.visit ? visited(sheet) : sheet.lesson ? taught(sheet) : called(sheet)) || {};
        sent += 1;
        if (sheet.visit && newsOf(done)) {
          await put('queue', { ...one, state: 'conflict', at_case: done.case, problem: newsOf(done) });
        } else if (done.conflicts && done.conflicts.length) {
          await put('queue', { ...one, state: 'conflict', problem: `${done.conflicts.map(({ name }) => name).join('、')}：与另一份点名说法不同，请打开这一天定一个` });
        } else {
          await drop('queue', one.id);
        }
      } catch (failed) {
        if (failed instanceof Offline || failed.status === 401) break;
        if (!(failed instanceof Refused)) throw failed;
        await put('queue', { ...one, state: 'refused', problem: failed.message });
      }
    }
    await counted();
    if (sent) {
      toast(`${sent} 份已上传`);
      await renew().catch(() => undefined);
    }
  })().finally(() => { sending = null; });
  return sending;
}

// ---- taps ---------------------------------------------------------------------------------------------------------

/** One pupil: the two selects become taps. They stay what is sent. */
function tap(line) {
  const [kind, reason] = line.querySelectorAll('select');
  const box = line.querySelector('.pick-one');
  const name = line.querySelector('.who b').textContent;
  const state = make('button', 'state-now');
  state.type = 'button';
  const panel = make('div', 'taps');
  panel.hidden = true;
  const chips = (select, label, chosen) => {
    const group = make('div', 'chips');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', label);
    for (const option of select.options) {
      if (!option.value) continue;
      const chip = make('button', 'tap', option.textContent);
      chip.type = 'button';
      chip.dataset.value = option.value;
      chip.addEventListener('click', () => {
        select.value = select.value === option.value && select === reason ? '' : option.value;
        select.dispatchEvent(new Event('input', { bubbles: true }));
        show();
        chosen();
      });
      group.append(chip);
    }
    return group;
  };
  const shut = () => { panel.hidden = true; state.setAttribute('aria-expanded', 'false'); };
  const kinds = chips(kind, `${name}的考勤`, () => { if (CAME.has(kind.value)) { shut(); state.focus(); } });
  const reasons = chips(reason, `${name}没来的原因`, () => { shut(); state.focus(); });
  panel.append(kinds, reasons);
  const show = () => {
    const there = CAME.has(kind.value);
    if (there) reason.value = '';
    state.textContent = kind.selectedOptions[0].textContent + (reason.value ? ` · ${reason.selectedOptions[0].textContent}` : '');
    state.setAttribute('aria-label', `${name}：${state.textContent}`);
    line.dataset.kind = kind.value;
    line.classList.toggle('away', !there);
    reasons.hidden = there;
    for (const [select, group] of [[kind, kinds], [reason, reasons]]) {
      for (const chip of group.children) chip.setAttribute('aria-pressed', String(chip.dataset.value === select.value));
    }
  };
  state.addEventListener('click', () => {
    panel.hidden = !panel.hidden;
    state.setAttribute('aria-expanded', String(!panel.hidden));
  });
  state.setAttribute('aria-expanded', 'false');
  box.hidden = true;
  box.after(state);
  line.append(panel);
  show();
}

function sum(form) {
  const kinds = [...form.querySelectorAll('select[name^="k-"]')];
  const missing = kinds.filter((select) => !CAME.has(select.value)).length;
  const place = form.querySelector('[data-sum]');
  place.replaceChildren('应到 ', make('b', 'num', String(kinds.length)), ' 人，没来 ', make('b', missing ? 'num late' : 'num', String(missing)), ' 人');
}

function sheetOf(form, of) {
  const fields = new FormData(form);
  const evening = fields.get('part') === 'evening';
  const marks = [];
  for (const [name, value] of fields) {
    if (!name.startsWith('k-') || (value === 'present' && !evening)) continue;
    const mark = { child: name.slice(2), kind: value };
    const reason = fields.get(`r-${mark.child}`);
    if (reason && !CAME.has(value)) mark.reason = reason;
    marks.push(mark);
  }
  const body = { sheet: fields.get('sheet'), day: fields.get('day'), part: fields.get('part'), marks };
  const corrects = String(fields.get('corrects') || '').split(' ').filter(Boolean);
  if (corrects.length) body.corrects = corrects;
  if (fields.get('roll_at')) body.roll_at = fields.get('roll_at');
  if (fields.get('why')) body.why = fields.get('why');
  // Who is away, by name: what is refused must still be read when the roll is no longer on the phone.
  const away = [...form.querySelectorAll('[data-pupil].away')]
    .map((line) => `${line.querySelector('.who b').textContent}（${line.querySelector('.state-now').textContent}）`);
  return { class: form.dataset.roll, name: of, away, body };
}

/** Sends a form; without a network it is kept. True when it is with the server. */
async function submit(form, of) {
  const sheet = sheetOf(form, of);
  try {
    return await called(sheet);
  } catch (failed) {
    if (!(failed instanceof Offline)) throw failed;
    if (!key) throw new Refused(0, { detail: '没有网络，还没有提交。', todo: '请不要关这一页，有网后再点提交；常没有网络的，请先开通离线点名。' });
    await queue(sheet);
    return null;
  }
}

/** Says above a form why it was not taken. */
function showFailed(form, text) {
  let place = form.querySelector('[data-failed]');
  if (!place) {
    place = make('div', 'notice late');
    place.dataset.failed = '';
    place.setAttribute('role', 'alert');
    form.prepend(place);
  }
  place.replaceChildren(make('b', 'late', text));
  place.scrollIntoView({ block: 'center' });
}

function enhance(form, of, done) {
  for (const line of form.querySelectorAll('[data-pupil]')) tap(line);
  sum(form);
  form.addEventListener('input', () => sum(form));
  const button = form.querySelector('.submit-bar .btn');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (button.getAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    try {
      await done(await submit(form, of));
    } catch (failed) {
      showFailed(form, failed instanceof Refused ? failed.message : '没有提交，请再点一次。');
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}

// ---- the page of a class ------------------------------------------------------------------------------------------

const form = document.querySelector('form[data-roll]');
if (form && !document.querySelector('[data-phone]')) {
  const of = document.querySelector('h1').textContent;
  enhance(form, of, async (answer) => {
    form.dispatchEvent(new CustomEvent('kept', { bubbles: true }));
    const { day, part, sheet } = sheetOf(form, of).body;
    if (answer) {
      location.assign(`${form.getAttribute('action')}?day=${day}&part=${part}&sent=${encodeURIComponent(sheet)}`);
    } else {
      location.assign('/register/phone');
    }
  });
}

// ---- the page of the phone: opened by a session, or by the password off line ----------------------------------------

const phone = document.querySelector('[data-phone]');
const part = (name) => phone.querySelector(`[data-part="${name}"]`);
function shown(name) {
  for (const node of phone.querySelectorAll('[data-part]')) node.hidden = node.dataset.part !== name;
  // One form at a time: names of fields are the same in several.
  for (const node of phone.querySelectorAll('[data-here]')) node.replaceChildren();
}
function wrong(name, text) {
  const place = part(name).querySelector('[data-wrong]');
  place.textContent = text;
  place.hidden = !text;
}

async function begin() {
  const safe = await get('safe', 'safe');
  try {
    if (safe && (await bySession())) {
      await flush();
      return await classes();
    }
    if (!safe) return shown('off');
  } catch (failed) {
    if (!safe) return shown('off');
  }
  shown('locked');
  return undefined;
}

/** Classes, days and what is only here. */
async function classes() {
  shown('open');
  const kept = await get('book', account);
  const place = part('open');
  const list = place.querySelector('[data-classes]');
  list.replaceChildren();
  const book = kept && await open(key, kept);
  if (book) {
    for (const one of book.classes) {
      for (const day of one.days) {
        for (const part of day.parts) {
          const line = make('li');
          const button = make('button', 'btn ghost', `${one.name} ${day.words} ${part.label}`);
          button.type = 'button';
          button.addEventListener('click', () => call(one, day, part));
          line.append(button);
          list.append(line);
        }
      }
    }
  }
  const out = stops(book) + lessonsOf(book);
  place.querySelector('[data-none]').hidden = list.children.length + out > 0;
  place.querySelector('[data-calls]').hidden = out > 0 && !list.children.length;
  await waiting();
}

async function waiting() {
  const list = part('open').querySelector('[data-queue]');
  list.replaceChildren();
  for (const one of (await all('queue')).sort((a, b) => a.at - b.at)) {
    const line = make('li');
    if (one.account !== account) {
      line.append(make('b', '', '另一个账号的登记'), make('p', 'soft', '要用那个账号登录后才能上传。'));
    } else if ((await open(key, one)).visit) {
      await waitingVisit(line, one, await open(key, one));
    } else if ((await open(key, one)).lesson) {
      await waitingLesson(line, one, await open(key, one));
    } else {
      const sheet = await open(key, one);
      const away = sheet.body.marks.filter(({ kind }) => !CAME.has(kind)).length;
      line.append(make('b', '', `${sheet.name} ${sheet.body.day}`), make('p', one.state === 'waits' ? 'soft' : 'late', one.problem || `没来 ${away} 人，只在这部手机上`));
      if (one.state !== 'waits') {
        if (one.state === 'refused') {
          line.append(make('p', '', sheet.away && sheet.away.length ? `当时点的，没来：${sheet.away.join('、')}` : `当时点的，没来 ${away} 人`),
            make('p', 'soft', '没有上传，还存在这部手机上；情况变了会自动再传一次。'));
        }
        const see = make('a', 'btn ghost', '打开这一天');
        see.href = `/register/${encodeURIComponent(sheet.class)}?day=${sheet.body.day}&part=${sheet.body.part}`;
        const away = make('button', 'btn link', '看过了，从手机上删去');
        away.type = 'button';
        away.addEventListener('click', async () => { await drop('queue', one.id); await counted(); await waiting(); });
        line.append(see, away);
      }
    }
    list.append(line);
  }
  await counted();
  part('open').querySelector('[data-nothing]').hidden = list.children.length > 0;
}

/** An id for a sheet; Chromium 86 has no randomUUID. */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The roll of a class as it was kept. */
function call(one, day, { code, label, heads }) {
  shown('roll');
  const place = part('roll');
  place.querySelector('h2').textContent = `${one.name} ${day.words} ${label}`;
  const fresh = place.querySelector('template').content.firstElementChild.cloneNode(true);
  fresh.dataset.roll = one.id;
  const evening = code === 'evening';
  for (const [name, value] of Object.entries({ sheet: newId(), day: day.day, part: code, roll_at: one.roll_at, corrects: heads.join(' ') })) {
    fresh.querySelector(`[name=${name}]`).value = value;
  }
  const list = fresh.querySelector('.pupils');
  const row = place.querySelector('[data-row]').content.firstElementChild;
  for (const pupil of one.pupils) {
    if (evening && !pupil.boards) continue;
    const line = row.cloneNode(true);
    line.dataset.pupil = pupil.child;
    line.querySelector('.who b').textContent = pupil.name;
    const [kind, reason] = line.querySelectorAll('select');
    kind.name = `k-${pupil.child}`;
    reason.name = `r-${pupil.child}`;
    kind.setAttribute('aria-label', pupil.name);
    reason.setAttribute('aria-label', `${pupil.name}的原因`);
    if (pupil.leave && pupil.leave.until >= day.day) kind.value = pupil.leave.kind;
    if (!evening) for (const option of [...kind.options]) if (option.value === 'not_returned') option.remove();
    const calls = line.querySelector('.call');
    for (const { who, number } of pupil.phones) {
      const link = make('a', '', `${who} ${number}`);
      link.href = `tel:${number}`;
      calls.append(link);
    }
    list.append(line);
  }
  place.querySelector('[data-here]').replaceChildren(fresh);
  enhance(fresh, `${one.name} ${label}`, async (answer) => {
    if (answer) toast(answer.conflicts.length ? '已提交；有学生与另一份点名说法不同，请打开这一天定一个' : '点名已提交');
    else toast('没有网络，已存在这部手机上，有网后自动上传');
    await classes();
  });
  place.querySelector('h2').focus();
}

if (phone) {
  part('off').querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const field = event.target.elements.password;
    wrong('off', '');
    try {
      const code = event.target.elements.code;
      const given = await ask('/api/v1/phone', 'POST', { password: field.value, ...(code.value && { code: code.value }) });
      await keep(given, field.value);
      field.value = code.value = '';
      if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
      toast('这部手机可以离线办了');
      await classes();
    } catch (failed) {
      wrong('off', failed.status === 401 ? '请先登录，再回到这一页开通。' : failed instanceof Offline ? '没有网络，开通要在有网的时候。' : failed.message);
    }
  });
  part('locked').querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const field = event.target.elements.password;
    const safe = await get('safe', 'safe');
    wrong('locked', '');
    try {
      await mine(await open(await fromPassword(field.value, safe.salt), safe));
      field.value = '';
      await classes();
    } catch (failed) {
      wrong('locked', '密码不对。请输入开通时的登录密码。');
    }
  });
  phone.querySelector('[data-forget]').addEventListener('click', async () => {
    for (const name of ['safe', 'book']) for (const one of await all(name)) await drop(name, one.id);
    key = null;
    shown('off');
  });
  for (const back of phone.querySelectorAll('[data-back]')) back.addEventListener('click', () => classes());
}

// ---- always -------------------------------------------------------------------------------------------------------

if (window.indexedDB && window.crypto && crypto.subtle) {
  expire().then(async () => {
    if (await get('safe', 'safe')) serve();
    if (phone) return begin();
    if ((await counted()) || (await get('safe', 'safe'))) {
      if (await bySession()) await flush();
    }
    return undefined;
  }).catch(() => undefined);
  window.addEventListener('online', () => {
    if (key) flush().then(() => (phone && !part('open').hidden ? waiting() : undefined)).catch(() => undefined);
  });
} else if (phone) {
  shown('none');
}
