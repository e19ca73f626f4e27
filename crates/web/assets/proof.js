// The small proof of work of a public form (hazard F03): found in the background and sent with the form once it is there. Where scripts or
// WebCrypto are missing, nothing happens and the form is taken after its wait.
const form = document.querySelector('form[data-proof]');
const says = document.querySelector('[data-proof-says]');

function zeros(bytes) {
  let bits = 0;
  for (const byte of bytes) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

async function find(ticket, wanted) {
  const encoder = new TextEncoder();
  for (let start = 0; ; start += 128) {
    const tries = Array.from({ length: 128 }, (_, at) => String(start + at));
    const digests = await Promise.all(tries.map((nonce) => crypto.subtle.digest('SHA-256', encoder.encode(`${ticket}:${nonce}`))));
    const found = digests.findIndex((digest) => zeros(new Uint8Array(digest)) >= wanted);
    if (found >= 0) return tries[found];
  }
}

if (form && globalThis.crypto && crypto.subtle && form.requestSubmit) {
  if (says) says.textContent = '正在自动排队，好了会自己提交，请不要关掉这一页。';
  find(form.elements.ticket.value, Number(form.dataset.proof)).then((nonce) => {
    form.elements.nonce.value = nonce;
    form.requestSubmit();
  });
}
