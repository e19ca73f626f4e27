// 走访 on a phone: failure first, a photograph that is shrunk and drawn anew here (place, time and device of the camera stay behind),
// and without a network kept sealed and sent later, by the rules of the register's queue above. What is refused can be mended.
const SIDE = 1280;
const LARGEST = 300000;
const FAILED = new Set(['nobody_home', 'not_found', 'turned_away']);

/** A picture as a small JPEG in base64: drawn on a canvas, so that nothing but the picture is in it. */
async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = make('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of [0.8, 0.65, 0.5, 0.35, 0.2]) {
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', quality); });
    if (!blob || blob.size > LARGEST) continue;
    let text = '';
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    return btoa(text);
  }
  throw new Error('too large');
}

/** Where the camera says that it stood, as degrees north and east from the file's Exif; empty where it does not say. */
function positionOf(buffer) {
  const view = new DataView(buffer);
  try {
    let at = 2;
    while (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) {
      if (view.getUint8(at) !== 0xff) return '';
      at += 2 + view.getUint16(at + 2);
    }
    const start = at + 10;
    const little = view.getUint16(start) === 0x4949;
    const short = (from) => view.getUint16(start + from, little);
    const long = (from) => view.getUint32(start + from, little);
    const entry = (list, tag) => {
      for (let one = list + 2; one < list + 2 + short(list) * 12; one += 12) if (short(one) === tag) return one;
      throw new RangeError('no such entry');
    };
    const list = long(entry(long(4), 0x8825) + 8);
    const degrees = (side, tag) => {
      const from = long(entry(list, tag) + 8);
      const part = (number) => long(from + number * 8) / long(from + number * 8 + 4);
      const value = part(0) + part(1) / 60 + part(2) / 3600;
      return 'SW'.includes(String.fromCharCode(view.getUint8(start + entry(list, side) + 8))) ? -value : value;
    };
    const [north, east] = [degrees(1, 2), degrees(3, 4)];
    return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? `${north.toFixed(5)},${east.toFixed(5)}` : '';
  } catch (short) {
    return '';
  }
}

/** A visit as it is sent, from its form. */
function visitOf(form, photo, position) {
  const fields = new FormData(form);
  const text = (name) => String(fields.get(name) || '').trim();
  const body = { outcome: text('outcome') };
  const met = !FAILED.has(body.outcome);
  for (const name of ['day', 'hour', 'place', 'note', 'next', 'help', 'help_note', 'sign_note', ...(met ? ['met', 'child_said', 'family_said', 'cause', 'promised'] : [])]) {
    if (text(name)) body[name] = text(name);
  }
  const signs = [...fields.keys()].filter((name) => name.startsWith('sign-')).map((name) => name.slice(5));
  if (signs.length) body.signs = signs;
  if (photo) body.photo = photo;
  if (photo && position && fields.has('keep_position')) body.position = position;
  if (form.dataset.seen) body.seen = Number(form.dataset.seen);
  const how = form.querySelector('[name=outcome]:checked');
  return { visit: text('id'), child: form.dataset.visit, name: form.dataset.name, how: how ? how.parentNode.textContent.trim() : '', body };
}

/** A visit to its child. */
function visited({ visit, child, body }) {
  return ask(`/api/v1/children/${encodeURIComponent(child)}/visits/${encodeURIComponent(visit)}`, 'PUT', body);
}

/** What a visit that was sent says about others; nothing where nobody else wrote. */
function newsOf(done) {
  return done.news ? `已上传。您不在线的时候，别人在这件个案里记了 ${done.news} 条，两边都留着，请打开看看` : '';
}

/** Has a form of a visit show what fits, shrink its photograph and send itself; `done` gets the answer, or nothing when it is kept. */
function enhanceVisit(form, done, before) {
  let { photo = '', position = '' } = before || {};
  const met = form.querySelector('[data-met]');
  const fit = () => {
    const chosen = form.querySelector('[name=outcome]:checked');
    const how = chosen ? chosen.value : '';
    const failed = FAILED.has(how);
    met.hidden = !how || failed;
    // What the server will ask for is asked for at the door.
    form.elements.next.required = failed;
    form.elements.met.required = form.elements.family_said.required = how === 'family' || how === 'both';
    form.elements.child_said.required = how === 'child' || how === 'both';
  };
  form.addEventListener('change', fit);
  fit();
  const place = form.querySelector('[data-photo]');
  const said = place.querySelector('[data-shrunk]');
  const kept = () => { said.textContent = photo ? `照片已缩小到 ${Math.ceil(photo.length * 3 / 4 / 1024)} KB，位置已去掉` : ''; };
  const where = place.querySelector('[data-position]');
  const tick = where.querySelector('input');
  where.hidden = !position;
  tick.checked = Boolean(position);
  place.hidden = !window.createImageBitmap;
  kept();
  place.querySelector('input').addEventListener('change', async ({ target }) => {
    photo = position = '';
    where.hidden = true;
    tick.checked = false;
    said.textContent = '';
    if (!target.files.length) return;
    try {
      photo = await shrunk(target.files[0]);
      position = positionOf(await target.files[0].arrayBuffer());
      where.hidden = !position;
      kept();
    } catch (failed) {
      target.value = '';
      said.textContent = '这张照片打不开，没有附上。请换一张，或者不附照片先交。';
    }
  });
  const button = form.querySelector('.acts .btn');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (button.getAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    const visit = visitOf(form, photo, position);
    try {
      let answer = null;
      try {
        answer = await visited(visit);
      } catch (failed) {
        if (!(failed instanceof Offline)) throw failed;
        if (!key) throw new Refused(0, { detail: '没有网络，还没有保存。', todo: '请不要关这一页，有网后再点保存；常没有网络的，请先开通离线走访。' });
        await queue({ ...visit, id: visit.visit });
      }
      await done(answer, visit);
    } catch (failed) {
      showFailed(form, failed instanceof Refused ? failed.message : '没有保存，请再点一次。');
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}

const visitForm = document.querySelector('form[data-visit]');
if (visitForm && !document.querySelector('[data-phone]')) {
  enhanceVisit(visitForm, async (answer) => {
    visitForm.dispatchEvent(new CustomEvent('kept', { bubbles: true }));
    if (!answer) location.assign('/register/phone');
    else location.assign(answer.passed ? '/safeguarding/passed' : `/cases/${encodeURIComponent(answer.case)}`);
  });
}

// ---- on the page of the phone -----------------------------------------------------------------------------------------

/** Children on the way, by village and group. */
function stops(book) {
  const list = part('open').querySelector('[data-stops]');
  list.replaceChildren();
  let group = null;
  for (const one of book ? book.stops || [] : []) {
    const line = make('li');
    if (one.group !== group) line.append(make('h3', '', one.group));
    group = one.group;
    line.append(make('b', '', one.name), make('small', '', [one.act, one.due && `${one.due} 前`, one.address].filter(Boolean).join('，')));
    for (const last of one.last) line.append(make('small', '', last));
    const acts = make('div', 'acts');
    const go = make('button', 'btn', '登记走访');
    go.type = 'button';
    go.addEventListener('click', () => door(one));
    acts.append(go);
    for (const { who, number } of one.phones) {
      const link = make('a', 'btn ghost', `${who} ${number}`);
      link.href = `tel:${number}`;
      acts.append(link);
    }
    line.append(acts);
    list.append(line);
  }
  part('open').querySelector('[data-way]').hidden = !list.children.length;
  return list.children.length;
}

/** China's day and hour, whatever zone the phone is in. */
function here() {
  const now = new Date(Date.now() + 8 * 3600000).toISOString();
  return { day: now.slice(0, 10), hour: now.slice(11, 16) };
}

/** The form of a visit as it was kept; `before` is one that was refused and is mended. */
function door(one, before) {
  shown('visit');
  const place = part('visit');
  place.querySelector('h2').textContent = one.name;
  const fresh = place.querySelector('template').content.firstElementChild.cloneNode(true);
  fresh.dataset.visit = one.child;
  fresh.dataset.name = one.name;
  const values = before ? { ...before.body, id: newId() } : { ...here(), id: newId() };
  if (before ? before.body.seen !== undefined : one.version !== undefined) fresh.dataset.seen = before ? before.body.seen : one.version;
  for (const field of fresh.elements) {
    if (field.type === 'radio') field.checked = values[field.name] === field.value;
    else if (field.type === 'checkbox') field.checked = (values.signs || []).includes(field.name.slice(5));
    else if (field.name && values[field.name] !== undefined) field.value = values[field.name];
  }
  place.querySelector('[data-here]').replaceChildren(fresh);
  enhanceVisit(fresh, async (answer) => {
    if (before) await drop('queue', before.visit);
    if (!answer) toast('没有网络，已存在这部手机上，有网后自动上传');
    else toast(newsOf(answer) || (answer.passed ? '走访已保存，保护线索已转交' : '走访已保存'));
    if (answer) await renew();
    await classes();
  }, before && before.body);
  place.querySelector('h2').focus();
}

/** A visit that waits, in the list of what is only here. */
async function waitingVisit(line, one, visit) {
  const passed = visit.body.signs ? '，有保护线索要转交' : '';
  line.append(make('b', '', `${visit.name} ${visit.body.day} 走访：${visit.how}`),
    make('p', one.state === 'waits' ? 'soft' : 'late', one.problem || `只在这部手机上${passed}`));
  if (one.state === 'waits') return;
  if (one.state === 'conflict') {
    const see = make('a', 'btn ghost', '打开个案');
    see.href = `/cases/${encodeURIComponent(one.at_case)}`;
    line.append(see);
  } else {
    const mend = make('button', 'btn ghost', '打开改');
    mend.type = 'button';
    mend.addEventListener('click', () => door({ child: visit.child, name: visit.name }, visit));
    line.append(make('p', 'soft', '没有上传，还存在这部手机上；情况变了会自动再传一次。'), mend);
  }
  const away = make('button', 'btn link', '看过了，从手机上删去');
  away.type = 'button';
  away.addEventListener('click', async () => { await drop('queue', one.id); await counted(); await waiting(); });
  line.append(away);
}
