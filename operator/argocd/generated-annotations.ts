import { type AnnotatedService, annotatedServices, SUBSCRIBE } from './subscribe-annotations.ts';
import { yamlFields, yamlItems, yamlText } from './yaml-value.ts';

/** A service that the Applications of an ApplicationSet are subscribed to by their template. */
export interface GeneratedService extends AnnotatedService {
  /** Where the annotation is in the ApplicationSet. */
  readonly path: string;
}

/** Generators may hold generators, but not without end. */
const MAX_DEPTH = 8;

/**
 * The services in the templates of an ApplicationSet: in its own, in those of its generators, and in its patch, which is a text.
 *
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/
 */
export function generatedServices(spec: unknown): GeneratedService[] {
  const { template, generators, templatePatch } = yamlFields(spec);
  return [
    ...inTemplate(template, 'spec.template'),
    ...inGenerators(generators, 'spec.generators', MAX_DEPTH),
    ...inPatch(yamlText(templatePatch)),
  ];
}

function inTemplate(template: unknown, path: string): GeneratedService[] {
  const annotations = yamlFields(yamlFields(yamlFields(template).metadata).annotations);
  const texts = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, yamlText(value)]));
  return annotatedServices(texts).map((each) => ({ ...each, path: `${path}.metadata.annotations` }));
}

/** A generator is a map with one field, the settings of its kind. */
function inGenerators(generators: unknown, path: string, depth: number): GeneratedService[] {
  if (depth === 0) return [];
  return yamlItems(generators).flatMap((generator, index) =>
    Object.entries(yamlFields(generator)).flatMap(([kind, settings]) => {
      const here = `${path}[${index}].${kind}`;
      const { template, generators: inner } = yamlFields(settings);
      return [
        ...inTemplate(template, `${here}.template`),
        ...inGenerators(inner, `${here}.generators`, depth - 1),
      ];
    }),
  );
}

/** The patch is a Go template of YAML or JSON, so only the keys of annotations can be found in it. */
function inPatch(patch: string): GeneratedService[] {
  const keys = patch.match(new RegExp(`${SUBSCRIBE.replaceAll('.', '\\.')}[\\w.{} -]*[\\w}]`, 'g')) ?? [];
  return annotatedServices(Object.fromEntries(keys.map((key) => [key, '']))).map((each) => ({
    ...each,
    path: 'spec.templatePatch',
  }));
}
