export { addName } from './names';
export { countRow, rememberRow, takeRow } from './groups';
export { takeRecords } from './records';
