/** The beginning of a list of capabilities in a container's description, and of some of its members. */
const MEMBERS = String.raw`"(bounding|effective|permitted|inheritable|ambient)": *\[[^]]*`;

/**
 * A container runtime, as a shell script: runc, which is not asked for what the machine withholds.
 *
 * `docker run --privileged` asks for every capability that the kernel knows, and runc refuses the whole container if one of
 * them cannot be had. So the script takes these out of the description of the container, or of a command in it.
 *
 * @param withheld names of capabilities: `CAP_SYS_RESOURCE`
 * @param runc absolute path of the real runtime
 */
export function runtimeScript(withheld: readonly string[], runc: string): string {
  const edits = withheld.flatMap((name) => repeatedly(`s/(${MEMBERS})"${name}",? */\\1/`, name));
  const commaAtTheEnd = repeatedly(`s/(${MEMBERS}), *\\]/\\1]/`, 'comma');
  return `#!/bin/sh
# Made by test/kind/docker/runtime-script.ts: this machine withholds ${withheld.join(', ')}.
set -eu
file= previous=
for argument in "$@"; do
  case $previous in
    --bundle | -b) file=$argument/config.json ;;
    --process | -p) file=$argument ;;
  esac
  previous=$argument
done
if [ -n "$file" ] && [ -f "$file" ]; then
  sed -E -i ${[...edits, ...commaAtTheEnd].join(' ')} "$file"
fi
exec '${runc}' "$@"
`;
}

/** sed's arguments for an edit that is made as often as it can be. */
function repeatedly(edit: string, label: string): string[] {
  return [`:${label}`, edit, `t${label}`].map((command) => `-e '${command}'`);
}
