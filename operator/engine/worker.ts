/** The entry of the threads that the engine runs in; client.ts starts them. */
import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { EngineFault, EngineInstance } from './instance.ts';
import type { KeeperRole, ModuleWanted, RunnerMessage, RunnerRole, ThreadRole } from './messages.ts';
import { compileFile } from './module-file.ts';

/** Compiles the module at once and sends it wherever it is wanted. What fails ends the thread, with the error. */
async function keep(parent: MessagePort, { wasmPath, maxMemoryBytes }: KeeperRole): Promise<void> {
  const compiled = compileFile(wasmPath, maxMemoryBytes);
  parent.on('message', async ({ modulePort }: ModuleWanted) => {
    modulePort.postMessage(await compiled);
    modulePort.close();
  });
  await compiled;
}

/** Answers one request after the other until a fault. */
async function run(parent: MessagePort, { modulePort, ...limits }: RunnerRole): Promise<void> {
  const [module] = (await once(modulePort, 'message')) as [WebAssembly.Module];
  const instance = await EngineInstance.start(module, { ...limits, now: Date.now });
  parent.on('message', (request: string) => parent.postMessage(reply(instance, request)));
  parent.postMessage({ type: 'ready' } satisfies RunnerMessage);
}

function reply(instance: EngineInstance, request: string): RunnerMessage {
  try {
    return { type: 'answer', text: instance.call(request) };
  } catch (error) {
    if (error instanceof EngineFault) return { type: 'fault', kind: error.kind, message: error.message };
    throw error;
  }
}

if (!parentPort) throw new Error('this is the entry of a worker thread');
const role = workerData as ThreadRole;
// Nobody awaits them: a rejection ends the thread, and the main thread is told.
if (role.role === 'keeper') void keep(parentPort, role);
else void run(parentPort, role);
