const LEAST = [20, 19];

/** @returns {string | undefined} a complaint when this Node is too old for Tickwork. */
export function nodeVersionProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return undefined;
  return `Expected Node.js ${LEAST.join('.')} or newer, got ${version}. Install a current Node.js 20, 22 or 24 and try again.`;
}
