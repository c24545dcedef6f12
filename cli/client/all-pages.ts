interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}

/** Collects the pages of a list, up to `limit` items. */
export async function allPages<Item>(list: (pageToken: string) => Promise<Page<Item>>, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  let token = '';
  do {
    const page = await list(token);
    items.push(...page.items);
    token = page.nextPageToken;
  } while (token !== '' && items.length < limit);
  return items.slice(0, limit);
}
