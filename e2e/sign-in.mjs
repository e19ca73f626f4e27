// The sign-in form, filled in as a person does.

/** Ends on the page behind it; fails when the form comes back. */
export async function fillIn(page, username, password) {
  await page.goto("/sign-in");
  const form = page.locator('form:has(input[name="password"])');
  await form.locator('input[name="username"]').fill(username);
  await form.locator('input[name="password"]').fill(password);
  await Promise.all([
    page.waitForURL((at) => !at.pathname.startsWith("/sign-in")),
    form.locator('button:not([type="button"])').first().click(),
  ]);
}
