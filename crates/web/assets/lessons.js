// 送教上门: a photograph that is shrunk and drawn anew, and a lesson that is kept sealed on the phone when there is no network, by the rules of
// the visits above.
const lessonForm = document.querySelector('form[data-lesson]');

/** A lesson to its child. */
function taught({ lesson, child, body }) {
  return ask(`/api/v1/children/${encodeURIComponent(child)}/lessons/${encodeURIComponent(lesson)}`, 'PUT', body);
}

/** A lesson that waits, in the list of what is only here. */
async function waitingLesson(line, one, lesson) {
  line.append(make('b', '', `${lesson.name} ${lesson.body.day} 送教`), make('p', one.state === 'waits' ? 'soft' : 'late', one.problem || '只在这部手机上'));
  if (one.state === 'waits') return;
  const away = make('button', 'btn link', '看过了，从手机上删去');
  away.type = 'button';
  away.addEventListener('click', async () => { await drop('queue', one.id); await counted(); await waiting(); });
  line.append(make('p', 'soft', `没有上传：教了 ${lesson.body.minutes} 分钟，${lesson.body.taught}。请有网时重新登记。`), away);
}

if (lessonForm) {
  let photo = '';
  const place = lessonForm.querySelector('[data-photo]');
  const said = place.querySelector('[data-shrunk]');
  place.hidden = !window.createImageBitmap;
  place.querySelector('input').addEventListener('change', async ({ target }) => {
    photo = '';
    said.textContent = '';
    if (!target.files.length) return;
    try {
      photo = await shrunk(target.files[0]);
      said.textContent = `照片已缩小到 ${Math.ceil(photo.length * 3 / 4 / 1024)} KB，位置已去掉`;
    } catch (failed) {
      target.value = '';
      said.textContent = '这张照片打不开，没有附上。请换一张，或者不附照片先交。';
    }
  });
  const button = lessonForm.querySelector('.acts .btn');
  lessonForm.addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (button.getAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    const fields = new FormData(lessonForm);
    const text = (name) => String(fields.get(name) || '').trim();
    const body = { day: text('day'), from: text('from'), minutes: Number(text('minutes')), taught: text('taught') };
    for (const name of ['confirmed', 'name']) if (text(name)) body[name] = text(name);
    if (photo) body.photo = photo;
    const lesson = { lesson: text('id'), child: lessonForm.dataset.lesson, name: lessonForm.dataset.name, body };
    try {
      let kept = false;
      try {
        await taught(lesson);
      } catch (failed) {
        if (!(failed instanceof Offline)) throw failed;
        if (!key) throw new Refused(0, { detail: '没有网络，还没有保存。', todo: '请不要关这一页，有网后再点保存；常没有网络的，请先开通离线点名。' });
        await queue({ ...lesson, id: lesson.lesson });
        kept = true;
      }
      lessonForm.dispatchEvent(new CustomEvent('kept', { bubbles: true }));
      location.assign(kept ? '/register/phone' : location.pathname);
    } catch (failed) {
      showFailed(lessonForm, failed instanceof Refused ? failed.message : '没有保存，请再点一次。');
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}
