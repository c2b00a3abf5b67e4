/**
 * The mark of our own alerts where they leave as log records: a resource attribute with this name and a text as its
 * value. What comes back with it, through a Collector say, is never scored: an alert about an alert would go on for ever.
 */
export const OWN_ALERTS_ATTRIBUTE = 'halfspace.alerts';
