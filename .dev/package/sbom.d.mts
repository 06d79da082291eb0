export function sbom(): string;
