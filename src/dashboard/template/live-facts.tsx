import type { JSX } from 'preact';
import type { TemplateAnswer } from '../../serve/schemas/template.ts';
import { get } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { short, whole } from '../ui/format.ts';
import { distinctWords, oftenOf } from './value-words.ts';

/** What the live model knows of the template, where it knows it: its values, and what became of it. */
export function LiveFacts({ fingerprint }: { fingerprint: string }): JSX.Element | null {
  const { answer } = useLoaded(fingerprint, (signal) => get<TemplateAnswer>(`/templates/${fingerprint}`, {}, signal));
  if (answer === undefined) return null;
  const { parameters, lineage } = answer;
  return (
    <section aria-label="Live">
      <h3>In the live service</h3>
      <p class="muted">
        {whole(answer.count)} lines so far
        {answer.rate_per_minute !== null && `, usually ${short(answer.rate_per_minute)} a minute`}
      </p>
      {parameters.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Values, table">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Variable</th>
                <th scope="col" class="number" title="Lines whose values were looked at: a sample">
                  Lines
                </th>
                <th scope="col" class="number" title="Different values in these lines; ≈ is an estimate">
                  Distinct
                </th>
                <th scope="col" title="Values that make up a good part of these lines">
                  Often
                </th>
                <th scope="col" class="number">
                  Median
                </th>
              </tr>
            </thead>
            <tbody>
              {parameters.map(({ position, observed, distinct, top, quantiles }) => (
                <tr key={position}>
                  <td>{position + 1}</td>
                  <td class="number">{whole(observed)}</td>
                  <td class="number">{distinctWords(distinct)}</td>
                  <td class="mono wrap">{oftenOf(top, observed) || <span class="muted">none</span>}</td>
                  <td class="number">{quantiles == null ? '' : short(quantiles.p50)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {lineage.some(({ kind }) => kind !== 'created') && (
        <ul class="lineage muted">
          {lineage.slice(-5).map((event, i) => (
            <li key={i} class="wrap">
              {event.kind}: {event.template.slice(0, 200)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
