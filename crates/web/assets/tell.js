// Photographs with a tip: made small and drawn anew here, so that only the picture leaves the phone (place, time and device stay behind), and sent in
// the form's own fields. Where scripts or canvas are missing the field stays hidden and the form goes without.
const place = document.querySelector('[data-photos]');
const SIDE = 1280;
const LARGEST = 220000;
const MANY = 3;

/** A picture as a small JPEG in base64. */
async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of [0.7, 0.5, 0.35, 0.2]) {
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', quality); });
    if (!blob || blob.size > LARGEST) continue;
    let text = '';
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    return btoa(text);
  }
  throw new Error('too large');
}

if (place && globalThis.createImageBitmap) {
  const input = place.querySelector('input');
  const says = place.querySelector('[data-photos-say]');
  const { form } = input;
  const fields = [1, 2, 3].map((at) => form.elements[`photo${at}`]);
  const tell = (more) => {
    const many = fields.filter((field) => field.value).length;
    says.textContent = (many ? `已附${many}张，地点和时间已去掉。` : '') + more;
  };
  place.hidden = false;
  tell('');
  input.addEventListener('change', async () => {
    const files = [...input.files];
    fields.forEach((field) => { field.value = ''; });
    let more = files.length > MANY ? '多的没有附，最多3张。' : '';
    for (const [at, file] of files.slice(0, MANY).entries()) {
      says.textContent = '正在缩小照片……';
      try {
        fields[at].value = await shrunk(file);
      } catch (failed) {
        more += `第${at + 1}张打不开，没有附上。`;
      }
    }
    input.value = '';
    tell(more);
  });
}
