/** Milliseconds for which the processor has worked for this process: unlike time, nothing that a busy machine stretches. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
