/** How many classes have a higher vote, or the same one and a lower number. */
export function rankOf(votes: ArrayLike<number>, label: number): number {
  const own = votes[label] as number;
  let rank = 0;
  for (let other = 0; other < votes.length; other += 1) {
    const vote = votes[other] as number;
    if (vote > own || (vote === own && other < label)) rank += 1;
  }
  return rank;
}
