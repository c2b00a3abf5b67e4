import { isAbsolute, relative } from 'node:path';

/** Folders of the kernel, whose files tell of processes and of the machine, and in which nothing can be made. */
export const KERNEL_FOLDERS: readonly string[] = ['/proc', '/sys'];

/** The one in which the path lies, links not followed. */
export function kernelFolderOf(path: string): string | undefined {
  return KERNEL_FOLDERS.find((folder) => isWithin(folder, path));
}

/** Whether the path is the folder, or leads below it. */
export function isWithin(folder: string, path: string): boolean {
  const within = relative(folder, path);
  return within !== '..' && !within.startsWith('../') && !isAbsolute(within);
}
