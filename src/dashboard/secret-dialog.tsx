import type { JSX, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api/client.ts';
import { ApiError } from './api/api-error.ts';
import { onSecretWanted, storedSecret, storeSecret } from './api/secret.ts';
import { fieldOf } from './ui/parts.tsx';

/** Asks for the signing secret where the service wants one; it is kept for this tab alone. */
export function SecretDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [refused, setRefused] = useState('');
  const check = async () => {
    try {
      await get('/services', { limit: '1' });
      dialog.current?.close();
    } catch (error) {
      if (!(error instanceof ApiError)) return;
      setRefused(storedSecret() === undefined ? '' : refusalOf(error));
      if (error.status === 401 && dialog.current?.open === false) dialog.current.showModal();
    }
  };
  useEffect(() => {
    void check();
    return onSecretWanted(() => void check());
  }, []);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    storeSecret(fieldOf(new FormData(event.currentTarget), 'secret'));
    void check();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="secret-title">
      <form onSubmit={submit}>
        <h2 id="secret-title">Signing secret</h2>
        <p class="muted">This service answers those who know its SIGNING_SECRET. It is kept for this tab only.</p>
        <label class="field">
          <span>Secret</span>
          <input name="secret" type="password" autoComplete="off" required autoFocus />
        </label>
        <p class="field-error" role="alert">
          {refused}
        </p>
        <button type="submit" class="button primary">
          Continue
        </button>
      </form>
    </dialog>
  );
}

/** What else goes wrong, too many wrong ones before among it, says nothing of the secret. */
function refusalOf({ status, message }: ApiError): string {
  return status === 401 ? 'That is not the secret of this service.' : message;
}
