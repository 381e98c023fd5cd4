/** Does one step and prints it on one line, with how long it took. The work may say more about what it did. */
export async function step<Result>(
  name: string,
  work: (say: (detail: string) => void) => Promise<Result>,
): Promise<Result> {
  const start = Date.now();
  let detail = "";
  process.stdout.write(`  ${name} … `);
  try {
    const result = await work((text) => {
      detail = text;
    });
    process.stdout.write(`${detail && `${detail}, `}${seconds(Date.now() - start)}\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
