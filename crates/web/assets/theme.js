// The chosen theme, before the first paint. Storage may be forbidden; then the system's setting holds.
try { var t = localStorage.getItem('theme'); if (t === 'light' || t === 'dark') document.documentElement.dataset.theme = t; } catch (e) { /* the system's setting holds */ }
