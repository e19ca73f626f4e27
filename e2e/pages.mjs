// The pages of the county, each with the role that has most to do there. `child` and the like are filled in by what
// the role's own list offers first; `opens` is a dialog on it.

const first = "main table a[data-row]";

/** The ten main pages: Lighthouse looks at these (issue 3). */
export const MAIN = [
  { name: "sign-in", path: "/sign-in" },
  { name: "today-director", role: "director", path: "/" },
  { name: "today-teacher", role: "teacher", path: "/" },
  { name: "children", role: "bureau", path: "/children" },
  { name: "child", role: "bureau", from: "/children", link: first },
  { name: "comparison", role: "bureau", path: "/comparison" },
  { name: "findings", role: "bureau", path: "/findings" },
  { name: "finding", role: "bureau", from: "/findings", link: first },
  { name: "imports", role: "bureau", path: "/imports" },
  { name: "door-sheet", role: "village", from: "/door", link: first },
];

/** Every page that is worth a look. */
export const ALL = [
  ...MAIN,
  { name: "style", path: "/style" },
  { name: "search", role: "bureau", path: "/search?q=李" },
  { name: "notices", role: "bureau", path: "/notices" },
  { name: "units", role: "bureau", path: "/units" },
  { name: "unit", role: "lx1", from: "/units", link: first },
  { name: "gaps", role: "bureau", path: "/units/gaps" },
  { name: "bulk", role: "bureau", path: "/findings/bulk?state=open" },
  { name: "lists", role: "bureau", from: "/comparison", link: "main .head a[href$='/lists']" },
  { name: "run", role: "bureau", from: "/comparison", link: "main a[href^='/comparison/runs/']" },
  { name: "moves", role: "bureau", path: "/moves" },
  { name: "child-new", role: "bureau", path: "/children/new" },
  { name: "elsewhere", role: "bureau", path: "/children/elsewhere" },
  { name: "door", role: "village", path: "/door" },
  { name: "accounts", role: "ub", path: "/accounts" },
  { name: "invite", role: "ub", path: "/accounts/new" },
  { name: "account", role: "bureau", path: "/account" },
  { name: "break-glass", role: "police", path: "/break-glass" },
  { name: "online", role: "security", path: "/online" },
  { name: "security", role: "security", path: "/security" },
  { name: "channels", role: "admin", path: "/channels" },
  { name: "keys", role: "security", path: "/keys" },
  { name: "outbox", role: "auditor", path: "/outbox" },
  { name: "notify", role: "bureau", path: "/account/notify" },
  { name: "sign-ins", role: "auditor", path: "/sign-ins" },
  { name: "jobs", role: "admin", path: "/jobs" },
  { name: "audit", role: "auditor", path: "/audit" },
  { name: "codes", role: "bureau", path: "/codes" },
  { name: "health", role: "admin", path: "/health" },
  { name: "announcements", role: "bureau", path: "/announcements" },
  { name: "proofs", role: "bureau", path: "/proofs" },
  { name: "register", role: "teacher", path: "/register" },
  { name: "register-head", role: "head", path: "/register" },
  { name: "register-county", role: "bureau", path: "/register" },
  { name: "register-phone", path: "/register/phone" },
  { name: "absences", role: "head", path: "/absences" },
  { name: "warnings", role: "head", path: "/warnings" },
  { name: "suspects", role: "bureau", path: "/suspects" },
  { name: "absence", role: "head", from: "/suspects", link: first },
  { name: "reports", role: "bureau", path: "/reports" },
  { name: "cases", role: "bureau", path: "/cases" },
  { name: "case", role: "bureau", from: "/cases", link: first },
  { name: "case-papers", role: "bureau", from: "/cases", link: first, then: "/papers" },
  { name: "penalty", role: "bureau", path: "/penalty" },
  { name: "requests", role: "bureau", path: "/requests" },
  { name: "request", role: "bureau", from: "/requests", link: first },
  { name: "requests-ended", role: "bureau", path: "/requests?show=ended" },
  { name: "requests-police", role: "police", path: "/requests" },
  { name: "requests-units", role: "director", path: "/requests/units" },
  { name: "lessons", role: "head", path: "/lessons" },
  { name: "works", role: "director", path: "/works" },
  { name: "pairs", role: "township", path: "/pairs" },
  { name: "pairs-paired", role: "township", path: "/pairs?show=paired" },
  { name: "pairs-people", role: "township", path: "/pairs?show=people" },
  { name: "pair", role: "township", from: "/pairs?show=paired", link: "main a[href$='/pair']" },
  { name: "visits", role: "cadre", path: "/visits" },
  { name: "visit", role: "cadre", from: "/visits", link: "main a[href$='/visit']" },
  { name: "leave", role: "head", path: "/leave" },
  { name: "school-days", role: "head", path: "/school-days" },
  { name: "markets", role: "bureau", path: "/school-days" },
  { name: "samples", role: "bureau", path: "/samples" },
  { name: "calling", role: "head", path: "/calling" },
  { name: "callings", role: "bureau", path: "/calling" },
  { name: "province", role: "head", path: "/province" },
  { name: "province-differences", role: "head", path: "/province/differences" },
  { name: "platforms", role: "bureau", path: "/platforms" },
  { name: "platforms-head", role: "head", path: "/platforms" },
  { name: "platform-sheet", role: "bureau", from: "/platforms", link: first },
  { name: "platform-check", role: "bureau", path: "/platforms/check" },
  { name: "code", role: "bureau", path: "/codes/causes/distance" },
  { name: "posts", role: "bureau", path: "/posts" },
  { name: "posts-vacant", role: "bureau", path: "/posts?vacant=1" },
  { name: "units-found", role: "bureau", path: "/units?q=小学" },
  { name: "import", role: "bureau", from: "/imports", link: first },
  { name: "door-bureau", role: "bureau", path: "/door" },
  { name: "findings-decided", role: "bureau", path: "/findings?state=decided" },
  { name: "findings-inspector", role: "inspector", path: "/findings" },
  { name: "bulk-head", role: "township", path: "/findings/bulk" },
  { name: "comparison-township", role: "township", path: "/comparison" },
  { name: "child-groups", role: "bureau", from: "/children", link: first, then: "/groups" },
  { name: "child-looks", role: "bureau", from: "/children", link: first, then: "/looks" },
  { name: "child-merge", role: "bureau", from: "/children", link: first, then: "/merge" },
  { name: "child-elsewhere", role: "bureau", from: "/children", link: first, then: "/elsewhere" },
  { name: "export-children", role: "bureau", path: "/children", opens: "export" },
  { name: "export-platforms", role: "bureau", path: "/platforms", opens: "export" },
  { name: "export-audit", role: "auditor", path: "/audit", opens: "export" },
  { name: "children-township", role: "township", path: "/children" },
  { name: "children-teacher", role: "teacher", path: "/children" },
  { name: "child-teacher", role: "teacher", from: "/children", link: first },
  { name: "child-edit", role: "head", from: "/children", link: first, then: "/edit" },
  { name: "child-move", role: "head", from: "/children", link: first, then: "/move" },
  { name: "unit-bureau", role: "bureau", from: "/units", link: first },
  ...[
    "bureau", "township", "village", "group", "cadre", "head", "inspector", "police", "civil", "labour", "justice",
    "disabled", "health", "religion", "agri", "finance", "planning", "market", "culture", "youth", "women", "admin",
    "security", "auditor",
  ].map((role) => ({ name: `today-${role}`, role, path: "/" })),
];

/** The address of a page, with the first link of a list in it where it says so. */
export async function addressOf(window, { path, from, link, then = "" }) {
  if (path) return path;
  const page = await window.newPage();
  try {
    await page.goto(from);
    const found = await page.locator(link).first().getAttribute("href");
    return `${found}${then}`;
  } finally {
    await page.close();
  }
}
