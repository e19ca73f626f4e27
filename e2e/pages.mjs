// The pages of the county, each with the role that has most to do there. `child` and the like are filled in by what
// the role's own list offers first.

/** The ten main pages: Lighthouse looks at these (issue 3). */
export const MAIN = [
  { name: "sign-in", path: "/sign-in" },
  { name: "today-bureau", role: "bureau", path: "/" },
];

/** Every page that is worth a look. */
export const ALL = [...MAIN];

/** The address of a page, with the first link of a list in it where it says so. */
export async function addressOf(window, { path, from, link }) {
  if (path) return path;
  const page = await window.newPage();
  try {
    await page.goto(from);
    const found = await page.locator(link).first().getAttribute("href");
    return found;
  } finally {
    await page.close();
  }
}
