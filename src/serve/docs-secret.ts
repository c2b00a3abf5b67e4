/**
 * A script of the API page at `/docs`, for services with a signing secret: the page itself is open, what it asks for is
 * not. Asks for the secret once it is refused, keeps it for the tab as the dashboard does, and sends it with every call;
 * the page's policy lets no call go anywhere else. The commands that the page shows to copy are without it.
 */
export const ASK_FOR_SECRET = {
  filename: 'ask-for-secret.js',
  content: `'use strict';
{
  const KEY = 'halfspace-secret';
  // Header values are one character a byte.
  const asBytes = (text) => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const ask = () => {
    if (document.querySelector('#secret') !== null) return;
    const refused = sessionStorage.getItem(KEY) !== null;
    const input = element('input', { id: 'secret', type: 'password', autocomplete: 'off', required: true, autofocus: true });
    const label = element('label', { htmlFor: 'secret' }, 'Signing secret');
    const said = element('p', {}, refused ? 'That is not the secret of this service.' : 'Kept for this tab only.');
    said.setAttribute('role', refused ? 'alert' : 'note');
    const form = element('form', {}, label, input, said, element('button', {}, 'Continue'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEY, input.value);
      location.reload();
    });
    const dialog = element('dialog', { ariaLabel: 'Signing secret', className: 'ask' }, form);
    document.body.append(dialog);
    dialog.showModal();
  };
  const show = window.SwaggerUIBundle;
  const withSecret = {
    showMutatedRequest: false,
    requestInterceptor(request) {
      const secret = sessionStorage.getItem(KEY);
      if (secret === null) return request;
      return { ...request, headers: { ...request.headers, 'X-Signing-Secret': asBytes(secret) } };
    },
    responseInterceptor(response) {
      if (response.status === 401) ask();
      return response;
    },
  };
  window.SwaggerUIBundle = Object.assign((config) => show({ ...config, ...withSecret }), show);
}
`,
};

/** How the question looks. */
export const ASK_FOR_SECRET_STYLE = {
  filename: 'ask-for-secret.css',
  content: `.ask {
  width: min(24rem, calc(100vw - 2rem));
  box-sizing: border-box;
  padding: 1.5rem;
  border: 1px solid #3b4151;
  border-radius: 6px;
  background: #fff;
  color: #3b4151;
  font: 1rem/1.5 system-ui, sans-serif;
}
.ask::backdrop { background: rgb(0 0 0 / 50%); }
.ask label { display: block; margin-bottom: 0.25rem; font-weight: 600; }
.ask input { width: 100%; box-sizing: border-box; padding: 0.5rem; border: 1px solid #6b7280; border-radius: 4px; font: inherit; }
.ask p { margin: 0.5rem 0 1rem; }
.ask button { padding: 0.5rem 1rem; border: 0; border-radius: 4px; background: #1f4fa3; color: #fff; font: inherit; font-weight: 600; }
`,
};
