// Keys: / search, ? the list of keys, j k through [data-list] rows, and data-key="x" on any link or button.
// One letter may be a slip of the hand or of a voice, so they can be turned off (WCAG 2.1.4).
const all = (mark) => [...document.querySelectorAll(mark)].filter((node) => node.offsetParent);
const rows = () => all('[data-list] [data-row]');
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
};
let off = false;
try { off = localStorage.getItem('keys') === 'off'; } catch (forbidden) { /* then they are on */ }

function help() {
  const dialog = make('dialog');
  const title = make('h2', '', '键盘快捷键');
  title.id = 'keys-title';
  dialog.setAttribute('aria-labelledby', title.id);
  const list = make('div', 'keys');
  const line = (key, text) => list.append(make('kbd', '', key), make('span', '', text));
  if (document.querySelector('.find input')) line('/', '搜索');
  if (rows().length) {
    line('j', '下一行');
    line('k', '上一行');
    line('Enter', '打开这一行');
  }
  for (const node of all('[data-key]')) line(node.dataset.key, node.dataset.keySays || node.textContent.replace(/\s*\S$/, '').trim());
  line('?', '这张表');
  const acts = make('div', 'acts');
  const toggle = make('button', 'btn ghost', off ? '启用快捷键' : '停用快捷键');
  const close = make('button', 'btn', '知道了');
  toggle.addEventListener('click', () => {
    off = !off;
    try { localStorage.setItem('keys', off ? 'off' : 'on'); } catch (forbidden) { /* lasts until the page is left */ }
    dialog.close();
  });
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  acts.append(toggle, close);
  dialog.append(title, list, acts);
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
for (const button of document.querySelectorAll('[data-keys-help]')) {
  button.hidden = false;
  button.addEventListener('click', help);
}
document.addEventListener('keydown', (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest('input,select,textarea,[contenteditable],dialog')) return;
  const { key } = event;
  if (key === '/') {
    const box = document.querySelector('.find input');
    if (!box) return;
    event.preventDefault();
    box.focus();
  } else if (key === '?') {
    help();
  } else if (key === 'j' || key === 'k') {
    const lines = rows();
    if (!lines.length) return;
    const at = lines.indexOf(document.activeElement);
    const to = lines[key === 'j' ? Math.min(at + 1, lines.length - 1) : Math.max(at - 1, 0)];
    to.focus();
    to.scrollIntoView({ block: 'nearest' });
  } else {
    const node = all('[data-key]').find((one) => one.dataset.key === key);
    if (!node) return;
    event.preventDefault();
    node.click();
  }
});
