// The one thing that works without a network: the page on which a register is called. Only files without a person in them
// are kept here; what is about pupils lies sealed in the page's own storage.
const FILES = ['/register/phone', 'asset:app.css', 'asset:theme.js', 'asset:register.js', 'asset:icons.svg', 'asset:icon.svg', 'asset:manifest.webmanifest'];
const NAME = FILES.join(' ');

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== location.origin) return;
  if (address.pathname.startsWith('/assets/')) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match('/register/phone')));
  }
});
