import { expect, it } from 'vitest';
import { sharedLibraries } from './shared-libraries.ts';

it('libraries and the loader are found in the output of ldd, each once', () => {
  const output = `/usr/sbin/nft:
	linux-vdso.so.1 (0x00007fe775548000)
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fe775452000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fe77501e000)
	/lib64/ld-linux-x86-64.so.2 (0x00007fe77554a000)
/usr/sbin/other:
	statically linked
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fe77501e000)
`;
  expect(sharedLibraries(output)).toEqual([
    '/lib/x86_64-linux-gnu/libc.so.6',
    '/lib/x86_64-linux-gnu/libm.so.6',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
});

it('a library that is missing is named', () => {
  expect(() => sharedLibraries('\tlibx.so.1 => not found\n')).toThrow('libx.so.1 is not installed');
});
