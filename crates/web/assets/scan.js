// A scanned page of a case is drawn anew and small before it travels: nothing but the picture is in it. Without this script it must be a
// small JPEG already.
const drawn = async (file) => {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of [0.8, 0.65, 0.5, 0.35, 0.2]) {
    const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', quality); });
    if (blob && blob.size <= 390000) return new File([blob], 'scan.jpg', { type: 'image/jpeg' });
  }
  throw new Error('too large');
};
document.addEventListener('change', async ({ target }) => {
  if (!target.dataset || target.dataset.scan === undefined || !target.files[0]) return;
  target.setCustomValidity('');
  if (target.files[0].type === 'application/pdf') {
    // The server takes a PDF apart into its pages.
    if (target.files[0].size > 8 * 1024 * 1024) {
      target.setCustomValidity('这个PDF超过8MB，请调低扫描分辨率，或者分成几份');
      target.reportValidity();
    }
    return;
  }
  target.setCustomValidity('正在缩小图片，请稍等');
  try {
    const small = new DataTransfer();
    small.items.add(await drawn(target.files[0]));
    target.files = small.files;
    target.setCustomValidity('');
  } catch (unreadable) {
    target.setCustomValidity('这个文件不是能打开的图片，请重新选');
    target.reportValidity();
  }
});
