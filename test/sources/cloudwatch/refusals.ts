import type { SourceUnderTest } from '../contract/describe-source.ts';

/** As CloudWatch Logs words them: by name, most with status 400. */
export const AWS_REFUSALS: SourceUnderTest['refusals'] = {
  credentials: refusal('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  rateLimit: refusal('ThrottlingException', 'Rate exceeded'),
  badRequest: refusal('InvalidParameterException', 'Invalid filter pattern'),
};

export function refusal(type: string, message: string, status = 400) {
  return {
    kind: 'answer' as const,
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: type, message }),
  };
}
