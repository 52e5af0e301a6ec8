/**
 * The fields of one line of comma-separated values (RFC 4180): a field in quotes may hold commas, and `""` for a quote.
 * For lines only: a quoted field with a line break in it would have been cut before it gets here.
 */
export function csvFields(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; at++) {
    let field = '';
    if (line[at] === '"') {
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') field += line[at];
        else if (line[at + 1] === '"') field += line[at++];
        else break;
      }
      at++;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma === -1 ? line.length : comma;
      field = line.slice(at, end);
      at = end;
    }
    fields.push(field);
  }
  return fields;
}
