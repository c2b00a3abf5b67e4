/** Puts a text on the clipboard; false where the browser does not let a page do that. */
export async function copied(text: string): Promise<boolean> {
  try {
    // There is none for pages without TLS, as of a service in one's own network: they have the old way alone.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

function copiedFromField(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without TLS
    return document.execCommand('copy');
  } finally {
    field.remove();
  }
}
