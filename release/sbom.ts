import { Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import type { PackageInside } from '../operator/bundle/licences.ts';
import type { Components } from './components.ts';
import { NODE_VERSION, PROJECT } from './project.ts';

/** https://cyclonedx.org/docs/1.6/json/ */
const SPEC = Spec.Spec1dot6;

/**
 * The bill of materials of a release in CycloneDX's JSON: the npm packages in the bundles, the Go modules in the engine, and
 * Node, which only the standalone archives and the image have inside. The same components give the same text.
 *
 * @throws Error if it does not meet CycloneDX's schema
 */
export async function billOfMaterials({ npm, go }: Components): Promise<string> {
  const bom = new Models.Bom();
  const project = component(Enums.ComponentType.Application, 'npm', {
    ...PROJECT,
    licence: PROJECT.license,
    texts: [],
  });
  const parts = [
    ...npm.map((each) => component(Enums.ComponentType.Library, 'npm', each)),
    ...go.map((each) => component(Enums.ComponentType.Library, 'golang', each)),
    component(Enums.ComponentType.Platform, 'generic', {
      name: 'node',
      version: NODE_VERSION,
      licence: 'MIT',
      texts: [],
    }),
  ];
  bom.metadata.component = project;
  for (const part of parts) {
    bom.components.add(part);
    project.dependencies.add(part.bomRef);
  }
  const text = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(SPEC)).serialize(bom, {
    sortLists: true,
    space: 2,
  });
  const problem = await new Validation.JsonStrictValidator(SPEC.version).validate(text);
  if (problem !== null)
    throw new Error(`the bill of materials does not meet CycloneDX's schema: ${JSON.stringify(problem)}`);
  return `${text}\n`;
}

function component(
  type: Enums.ComponentType,
  registry: 'npm' | 'golang' | 'generic',
  { name, version, licence }: PackageInside,
): Models.Component {
  const { namespace, rest } = /^(?<namespace>.+)\/(?<rest>[^/]+)$/.exec(name)?.groups ?? { rest: name };
  const purl = new PackageURL(registry, namespace, rest as string, version, undefined, undefined).toString();
  const licenses = new Models.LicenseRepository();
  if (licence)
    licenses.add(
      / (AND|OR|WITH) /.test(licence)
        ? new Models.LicenseExpression(licence)
        : new Models.SpdxLicense(licence as Models.SpdxLicense['id']),
    );
  return new Models.Component(type, name, { version, purl, bomRef: purl, licenses });
}
