const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** Old directories have upper case in them too. */
const V1_PART = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/;

/** Characters of a repository's name at most, in either API. */
export const LONGEST_NAME = 255;

/** Whether a text is a repository's name in the v2 API (OCI Distribution §Pulling manifests). */
export function isRepositoryName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

/** Whether a text can stand between two slashes of a repository's name in the v2 API. */
export function isNameComponent(text: string): boolean {
  return text.length <= LONGEST_NAME && COMPONENT.test(text);
}

/** Whether a text can be a namespace or a name of the v1 API. */
export function isV1NamePart(text: string): boolean {
  return V1_PART.test(text);
}
