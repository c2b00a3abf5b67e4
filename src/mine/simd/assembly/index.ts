export { forgetTokens, learnToken } from './known-tokens';
export { shapeLine } from './line-shape';
export { maskLine, splitTokens } from './masked-line';
export { forget, recallMasked, recallShape, remember } from './remembered-lines';
