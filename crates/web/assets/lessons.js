// 送教上门: a photograph that is shrunk and drawn anew, and a lesson that is kept sealed on the phone when there is no network, by the rules of
// the visits above. What is refused keeps what was typed and can be mended.
const lessonForm = document.querySelector('form[data-lesson]');

/** A lesson to its child. */
function taught({ lesson, child, body }) {
  return ask(`/api/v1/children/${encodeURIComponent(child)}/lessons/${encodeURIComponent(lesson)}`, 'PUT', body);
}

/** Has a form of a lesson shrink its photograph and send itself; `done` hears whether it is kept here, `before` is what was typed before. */
function enhanceLesson(form, done, before) {
  let photo = (before && before.photo) || '';
  const place = form.querySelector('[data-photo]');
  const said = place.querySelector('[data-shrunk]');
  const kept = () => { said.textContent = photo ? `照片已缩小到 ${Math.ceil(photo.length * 3 / 4 / 1024)} KB，位置已去掉` : ''; };
  place.hidden = !window.createImageBitmap;
  kept();
  place.querySelector('input').addEventListener('change', async ({ target }) => {
    photo = '';
    said.textContent = '';
    if (!target.files.length) return;
    try {
      photo = await shrunk(target.files[0]);
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
    const fields = new FormData(form);
    const text = (name) => String(fields.get(name) || '').trim();
    const body = { day: text('day'), from: text('from'), minutes: Number(text('minutes')), taught: text('taught') };
    for (const name of ['confirmed', 'name']) if (text(name)) body[name] = text(name);
    if (photo) body.photo = photo;
    const lesson = { lesson: text('id'), child: form.dataset.lesson, name: form.dataset.name, body };
    try {
      let here = false;
      try {
        await taught(lesson);
      } catch (failed) {
        if (!(failed instanceof Offline)) throw failed;
        if (!key) throw new Refused(0, { detail: '没有网络，还没有保存。', todo: '请不要关这一页，有网后再点保存；常没有网络的，请先开通离线点名。' });
        await queue({ ...lesson, id: lesson.lesson });
        here = true;
      }
      await done(here);
    } catch (failed) {
      showFailed(form, failed instanceof Refused ? failed.message : '没有保存，请再点一次。');
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}

if (lessonForm) {
  enhanceLesson(lessonForm, async (here) => {
    lessonForm.dispatchEvent(new CustomEvent('kept', { bubbles: true }));
    location.assign(here ? '/register/phone' : location.pathname);
  });
}

// ---- on the page of the phone -----------------------------------------------------------------------------------------

/** Children who are taught at home, with what the week still lacks. */
function lessonsOf(book) {
  const list = part('open').querySelector('[data-lessons]');
  list.replaceChildren();
  for (const one of book ? book.lessons || [] : []) {
    const line = make('li');
    line.append(make('b', '', one.name), make('small', '', [one.group, `本周 ${one.taught} / ${one.due} 分钟`, one.last && `上次 ${one.last}`].filter(Boolean).join('，')));
    const acts = make('div', 'acts');
    const go = make('button', 'btn', '登记送教');
    go.type = 'button';
    go.addEventListener('click', () => teach(one));
    acts.append(go);
    for (const { who, number } of one.phones) {
      const link = make('a', 'btn ghost', `${who} ${number}`);
      link.href = `tel:${number}`;
      acts.append(link);
    }
    line.append(acts);
    list.append(line);
  }
  part('open').querySelector('[data-home]').hidden = !list.children.length;
  return list.children.length;
}

/** The form of a lesson; `before` is one that was refused and is mended. */
function teach(one, before) {
  shown('lesson');
  const place = part('lesson');
  place.querySelector('h2').textContent = one.name;
  const fresh = place.querySelector('template').content.firstElementChild.cloneNode(true);
  fresh.dataset.lesson = one.child;
  fresh.dataset.name = one.name;
  const values = { ...(before ? before.body : { day: here().day }), id: newId() };
  for (const field of fresh.elements) {
    if (field.name && values[field.name] !== undefined) field.value = values[field.name];
  }
  place.querySelector('[data-here]').replaceChildren(fresh);
  enhanceLesson(fresh, async (kept) => {
    if (before) await drop('queue', before.lesson);
    toast(kept ? '没有网络，已存在这部手机上，有网后自动上传' : '送教已保存');
    if (!kept) await renew();
    await classes();
  }, before && before.body);
  place.querySelector('h2').focus();
}

/** A lesson that waits, in the list of what is only here. */
async function waitingLesson(line, one, lesson) {
  line.append(make('b', '', `${lesson.name} ${lesson.body.day} 送教：${lesson.body.minutes} 分钟`), make('p', one.state === 'waits' ? 'soft' : 'late', one.problem || '只在这部手机上'));
  if (one.state === 'waits') return;
  const mend = make('button', 'btn ghost', '打开改');
  mend.type = 'button';
  mend.addEventListener('click', () => teach({ child: lesson.child, name: lesson.name }, lesson));
  const away = make('button', 'btn link', '看过了，从手机上删去');
  away.type = 'button';
  away.addEventListener('click', async () => { await drop('queue', one.id); await counted(); await waiting(); });
  line.append(make('p', 'soft', '没有上传，写的都还在这部手机上；情况变了会自动再传一次。'), mend, away);
}
