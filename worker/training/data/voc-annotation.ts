import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { VOC_CLASSES } from '../../../core/catalogue/datasets.ts';

const MAX_CHARACTERS = 2 ** 20;
const MAX_OBJECTS = 10_000;
const MAX_DEPTH = 32;

/**
 * Which of PASCAL VOC's classes an annotation marks: 1 where an object of the class is, 0 where only difficult ones are
 * (they count neither way), −1 elsewhere.
 *
 * Document types are refused before parsing: an annotation needs none, and an entity can only be declared in one. The
 * parser knows no entities but XML's own five.
 * @returns what is wrong, as "…", when it is not an annotation.
 */
export function readVocAnnotation(text: string): Int8Array | string {
  if (text.length > MAX_CHARACTERS) return `${text.length} characters`;
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) return 'a document type';
  if (nestingOf(text) > MAX_DEPTH) return `elements nested more than ${MAX_DEPTH} deep`;
  let root: XmlElement | null;
  try {
    root = parseXml(text).root;
  } catch (error) {
    return `"${(error instanceof Error ? error.message : String(error)).split('\n')[0]}"`;
  }
  if (root?.name !== 'annotation') return `a root element <${root?.name ?? ''}>`;
  const objects = childrenOf(root, 'object');
  if (objects.length > MAX_OBJECTS) return `${objects.length} objects`;
  const targets = new Int8Array(VOC_CLASSES.length).fill(-1);
  for (const object of objects) {
    const name = textOf(object, 'name');
    const label = (VOC_CLASSES as readonly string[]).indexOf(name);
    if (label === -1) return `an object of class ${JSON.stringify(name.slice(0, 80))}`;
    const difficult = textOf(object, 'difficult') || '0';
    if (difficult !== '0' && difficult !== '1') return `difficult = ${JSON.stringify(difficult.slice(0, 80))}`;
    if (difficult === '0') targets[label] = 1;
    else if (targets[label] === -1) targets[label] = 0;
  }
  return targets;
}

/** Deepest nesting of tags, counted without recursion, as the parser recurses. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of text.matchAll(/<\/?[A-Za-z_][^<>]*>/g)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);
}

function textOf(element: XmlElement, name: string): string {
  return childrenOf(element, name)[0]?.text.trim() ?? '';
}
