// What every page gains when scripts run. Each part finds its own marks in the page; without it the page still works.
const on = (type, act, where = document) => where.addEventListener(type, act);
const near = (event, mark) => event.target instanceof Element ? event.target.closest(mark) : null;
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
};

// Toasts: what the server says in [data-toast], in a `saved` event (HX-Trigger), or a part of this file.
let tray;
export function toast(text) {
  if (!tray) {
    tray = make('div', 'toasts');
    tray.setAttribute('role', 'status');
    document.body.append(tray);
  }
  const note = make('div', 'toast', text);
  tray.append(note);
  setTimeout(() => note.remove(), 5000);
}
on('saved', (event) => toast((event.detail && event.detail.value) || '已保存'));
for (const node of document.querySelectorAll('[data-toast]')) toast(node.dataset.toast);

// Dialogs: <a href="#id" data-opens="id"> opens <dialog id>; [data-closes] shuts it. Without scripts :target does.
function open(dialog) {
  if (dialog.open) return;
  if (location.hash === '#' + dialog.id) history.replaceState(null, '', location.pathname + location.search);
  if (dialog.showModal) dialog.showModal(); else dialog.setAttribute('open', '');
}
const shut = (dialog) => (dialog.close ? dialog.close() : dialog.removeAttribute('open'));
on('click', (event) => {
  const opener = near(event, '[data-opens]');
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    open(dialog);
    return;
  }
  const closer = near(event, '[data-closes]');
  if (closer && closer.closest('dialog[open]')) {
    event.preventDefault();
    shut(closer.closest('dialog'));
  } else if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.clientX + event.clientY > 0) shut(event.target);
  }
});

// A form with data-confirm="…" asks once more before it is sent.
let asked = null;
function ask(form, submitter) {
  const dialog = make('dialog');
  const title = make('h2', '', form.dataset.confirmTitle || '请确认');
  title.id = 'ask-title';
  dialog.setAttribute('aria-labelledby', title.id);
  const acts = make('div', 'acts');
  const no = make('button', 'btn ghost', '再想想');
  const yes = make('button', form.dataset.danger === undefined ? 'btn' : 'btn danger', form.dataset.confirmYes || '确定');
  no.type = yes.type = 'button';
  on('click', () => shut(dialog), no);
  on('click', () => {
    asked = form;
    shut(dialog);
    if (form.requestSubmit) form.requestSubmit(submitter || undefined); else form.submit();
  }, yes);
  on('close', () => dialog.remove(), dialog);
  acts.append(no, yes);
  dialog.append(title, make('p', '', form.dataset.confirm), acts);
  document.body.append(dialog);
  open(dialog);
}

// Submitting: ask, then send once. Unsaved text is guarded until it is sent. Signing out takes from the browser what it
// kept; registers that were not sent yet would go with it.
const dirty = new Set();
function unsent() {
  try {
    return Number(localStorage.getItem('unsent')) || 0;
  } catch (forbidden) {
    return 0;
  }
}
on('submit', (event) => {
  const form = event.target;
  if (form.getAttribute('action') === '/sign-out' && unsent() && !form.dataset.confirm) {
    form.dataset.confirmTitle = '还有点名没有上传';
    form.dataset.confirm = `这部手机上有 ${unsent()} 份点名还没上传，退出登录就没有了。请先连上网，打开“离线点名”上传。`;
    form.dataset.confirmYes = '不要了，退出';
    form.dataset.danger = '';
  }
  if (form.dataset.confirm && asked !== form) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, event.submitter);
    return;
  }
  asked = null;
  dirty.delete(form);
  if (form.method === 'post' && !form.hasAttribute('hx-post')) {
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '';
    if (event.submitter) event.submitter.setAttribute('aria-busy', 'true');
  }
}, window);
on('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy=true].btn')) button.removeAttribute('aria-busy');
}, window);
on('input', (event) => {
  const form = near(event, 'form[data-guard]');
  if (form) dirty.add(form);
});
on('beforeunload', (event) => {
  if ([...dirty].some((form) => form.isConnected)) {
    event.preventDefault();
    event.returnValue = '';
  }
}, window);

// Filters send themselves; the button is for pages without scripts.
for (const form of document.querySelectorAll('form[data-auto]')) {
  for (const button of form.querySelectorAll('[data-plain]')) button.hidden = true;
  on('change', (event) => event.target.name && (form.requestSubmit ? form.requestSubmit() : form.submit()), form);
  // Empty fields stay out of the URL, so that a shared link is short.
  on('formdata', (event) => {
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
  }, form);
}

// Copy: data-copy="text", or data-copy-from="id".
on('click', async (event) => {
  const button = near(event, '[data-copy],[data-copy-from]');
  if (!button) return;
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  const text = source ? source.value || source.innerText : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    const area = make('textarea', 'sr');
    area.value = text;
    button.after(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    button.focus();
    if (!done) return toast('复制不了，请手工选中后复制');
  }
  toast('已复制');
});

// Theme: system → light → dark → system.
const root = document.documentElement;
for (const button of document.querySelectorAll('[data-theme-next]')) {
  const say = () => (button.querySelector('span').textContent = { light: '外观：浅色', dark: '外观：深色' }[root.dataset.theme] || '外观：随系统');
  button.hidden = false;
  say();
  on('click', () => {
    const now = root.dataset.theme;
    const next = now === 'light' ? 'dark' : now === 'dark' ? '' : 'light';
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    try {
      if (next) localStorage.setItem('theme', next); else localStorage.removeItem('theme');
    } catch (forbidden) { /* lasts until the page is left */ }
    say();
  }, button);
}

// Menus: Esc and a click elsewhere shut them. On phones #menu is the full menu.
const menus = () => document.querySelectorAll('details.menu[open]');
on('click', (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
on('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
  if (location.hash === '#menu') location.hash = '#main';
});

// No network: say so, and say when it is back.
const strip = document.querySelector('.offline-strip');
const net = () => strip && (strip.hidden = navigator.onLine);
on('offline', net, window);
on('online', () => { net(); toast('网络已恢复'); }, window);
net();

// A file that is too large is refused before it travels.
on('change', (event) => {
  const most = Number(event.target.dataset && event.target.dataset.mostBytes);
  const file = most && event.target.files && event.target.files[0];
  if (!file) return;
  event.target.setCustomValidity(file.size > most ? `文件太大，最多 ${Math.floor(most / 1048576)} MB` : '');
  event.target.reportValidity();
});
